using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Chains;

/// <summary>
/// The backward conditionals of K-step draws as one spline flow, amortised over observations and steps and trained on execution paths
/// of the model by maximum likelihood: no simulation and no parameter is needed.
/// </summary>
/// <remarks>
/// The flow models u_{k-1} - u_k, standardised for each k, given the standardised u_k, the summaries of x and k as a unit vector.
/// </remarks>
public sealed class LearnedBackward : IBackwardConditional, IDisposable
{
    private readonly FlowPosterior _flow;
    private readonly Standard[] _differences;
    private readonly Standard[] _laters;

    private LearnedBackward(FlowPosterior flow, Standard[] differences, Standard[] laters)
    {
        _flow = flow;
        _differences = differences;
        _laters = laters;
    }

    /// <summary>Samples execution paths and learns from them; the caller owns the result.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="steps">K, at least 2.</param>
    /// <param name="conditions">Summaries of the observations to learn from, [J, S].</param>
    /// <param name="settings">Sizes.</param>
    /// <param name="key">Random numbers.</param>
    /// <param name="progress">Told about the training.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="DivergedException">The training's loss became infinite or not a number.</exception>
    public static LearnedBackward Train(
        IConsistencyModel model,
        int steps,
        Tensor conditions,
        BackwardSettings settings,
        RandomKey key,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        long dimension = model.Dimension, features = dimension + conditions.shape[1] + steps - 1;
        using RandomSource random = new(key.Child("init"));
        FlowPosterior flow = new(dimension, new DirectSummary(features), CouplingKind.Spline, settings.Flow, random);
        try
        {
            flow.to(conditions.device);
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = conditions.detach().repeat(settings.PathsPerObservation, 1);
            using BlockNoise noise = new([key.Child("paths")], [rows.shape[0]], dimension, rows.device);
            Tensor[] path = ConsistencyChain.Execute(model, model.SamplingSteps(steps), rows, noise);
            Standard[] differences = [.. Enumerable.Range(1, steps - 1).Select(k => Standard.Of(path[k - 1] - path[k]))];
            Standard[] laters = [.. Enumerable.Range(1, steps - 1).Select(k => Standard.Of(path[k]))];
            LearnedBackward result = new(flow, differences, laters);
            Tensor targets = cat([.. Enumerable.Range(1, steps - 1).Select(k => differences[k - 1].Apply(path[k - 1] - path[k]))], 0);
            Tensor inputs = cat([.. Enumerable.Range(1, steps - 1).Select(k => result.Features(path[k], rows, k + 1))], 0);
            using IDisposable gradients = enable_grad();
            using Trainer trainer = new(flow, settings.Training, key.Child("train"));
            trainer.Run(new Simulations(targets, new Observation(inputs)), null, progress, null, cancel);
            return result;
        }
        catch
        {
            flow.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor LogProb(Tensor earlier, Tensor later, Tensor condition, int step)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        using IDisposable noGrad = no_grad();
        Standard standard = _differences[step - 2];
        using Scalar scale = standard.LogScale.ToScalar();
        return _flow.LogProb(standard.Apply(earlier - later), Features(later, condition, step)).sub(scale);
    }

    /// <inheritdoc/>
    public Tensor Sample(Tensor later, Tensor condition, int step, INoise noise)
    {
        ArgumentNullException.ThrowIfNull(later);
        using IDisposable noGrad = no_grad();
        return later.add(_differences[step - 2].Undo(_flow.Draw(Features(later, condition, step), noise, 1)), Scalars.One);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flow.Dispose();
        foreach (Standard standard in _differences.Concat(_laters))
        {
            standard.Dispose();
        }
    }

    private Tensor Features(Tensor later, Tensor condition, int step)
    {
        Tensor index = later.new_zeros([later.shape[0], _laters.Length]);
        index.select(1, step - 2).fill_(Scalars.One);
        return cat([_laters[step - 2].Apply(later), condition, index], 1);
    }

    /// <summary>Shift and scale of one step's numbers.</summary>
    private sealed record Standard(Tensor Mean, Tensor Deviation, double LogScale) : IDisposable
    {
        public static Standard Of(Tensor values)
        {
            using Scalar smallest = 1e-6.ToScalar();
            Tensor deviation = values.std(0).clamp_min(smallest);
            return new Standard(
                values.mean([0L]).DetachFromDisposeScope(),
                deviation.DetachFromDisposeScope(),
                deviation.log().sum().to(ScalarType.Float64).item<double>());
        }

        public Tensor Apply(Tensor values) => (values - Mean) / Deviation;

        public Tensor Undo(Tensor values) => (values * Deviation).add(Mean, Scalars.One);

        public void Dispose()
        {
            Mean.Dispose();
            Deviation.Dispose();
        }
    }
}
