using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>One weight w with the loss scale * w + offset (gradient 1), which notes what the trainer asks for.</summary>
internal sealed class WatchedEstimator : Network, IPosteriorEstimator
{
    private readonly Parameter weight;

    public WatchedEstimator()
        : base(nameof(WatchedEstimator))
    {
        weight = new Parameter(ones(1));
        weight.DetachFromDisposeScope();
        RegisterComponents();
    }

    public List<double[]> Batches { get; } = [];

    public List<TrainingStep> Steps { get; } = [];

    public Action? Before { get; set; }

    public Func<long, double> Scale { get; set; } = _ => 1;

    public double Offset { get; set; }

    /// <summary>Makes the gradient infinite while the loss stays finite.</summary>
    public bool SpoilGradient { get; set; }

    public float Weight => weight.item<float>();

    public long Dimension => 2;

    public Network Network => this;

    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        Before?.Invoke();
        Batches.Add(theta.Numbers());
        Steps.Add(step);
        Tensor w = SpoilGradient ? (weight - weight).sqrt() : weight;
        return (w * Scale(step.Step) + Offset).sum();
    }

    public Tensor Summarise(Observation x) => x.Sole;

    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default) => noise.Next();
}

/// <summary>Another estimator, with an action before every loss.</summary>
internal sealed class ObservedEstimator(IPosteriorEstimator inner, Action<TrainingStep> before) : IPosteriorEstimator
{
    public long Dimension => inner.Dimension;

    public Network Network => inner.Network;

    public bool HasSteadyLoss => inner.HasSteadyLoss;
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        before(step);
        return inner.Loss(theta, x, step);
    }

    public Tensor Summarise(Observation x) => inner.Summarise(x);

    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default) =>
        inner.Draw(condition, noise, steps, cancel);

    public void Dispose() => inner.Dispose();
}
