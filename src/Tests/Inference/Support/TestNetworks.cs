using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>A free-form network given by a formula, which records the times and passes of its calls.</summary>
internal sealed class FormulaNetwork(Func<Tensor, Tensor, Tensor, Tensor> formula) : FreeFormNetwork(nameof(FormulaNetwork))
{
    public List<float[]> Times { get; } = [];

    public List<bool> Stochastic { get; } = [];

    public List<long[]> Shapes { get; } = [];

    /// <summary>One dropout mask of rate 1/2 for every call, as a pass would apply it to ones [N, 8].</summary>
    public List<float[]> Masks { get; } = [];

    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        Times.Add(time.detach().cpu().to(ScalarType.Float32).data<float>().ToArray());
        Stochastic.Add(pass.IsStochastic);
        Shapes.Add(theta.shape);
        using (no_grad())
        {
            using Tensor input = ones([theta.shape[0], 8]);
            using Tensor masked = pass.Dropout(input, 0.5);
            Masks.Add(masked.data<float>().ToArray());
        }

        return formula(theta, condition, time);
    }
}

/// <summary>F = w theta + v c + u t with the three weights of the parameter [3]: small enough to be followed by hand.</summary>
internal sealed class LinearNetwork : FreeFormNetwork
{
    private readonly Parameter weights;

    public LinearNetwork(params float[] values)
        : base(nameof(LinearNetwork))
    {
        weights = new Parameter(tensor(values));
        weights.DetachFromDisposeScope();
        RegisterComponents();
    }

    public Tensor Gradient => weights.grad!;

    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass) =>
        weights[0] * theta + weights[1] * condition + weights[2] * time;
}

/// <summary>Noise that was made before, given out in order.</summary>
internal sealed class GivenNoise(params Tensor[] given) : INoise, IDisposable
{
    private int _next;

    public int Used => _next;

    public RandomSource Extra { get; } = new(RandomKey.FromSeed(99));

    public Tensor Next() => given[_next++].clone();

    public void Dispose() => Extra.Dispose();
}

internal static class Weights
{
    /// <summary>Adds noise to every weight, so that nothing stands at its initial zero or one.</summary>
    public static T Perturb<T>(this T network, double deviation, RandomKey key)
        where T : Network
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(key);
        foreach ((_, Parameter parameter) in network.named_parameters())
        {
            parameter.add_(random.Normal(parameter.shape), deviation);
        }

        return network;
    }

    /// <summary>Number of trainable numbers.</summary>
    public static long CountWeights(this Network network) => network.parameters().Sum(p => p.numel());

    /// <summary>The tensor's numbers in row-major order.</summary>
    public static double[] Numbers(this Tensor values)
    {
        using IDisposable scope = NewDisposeScope();
        return values.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }
}
