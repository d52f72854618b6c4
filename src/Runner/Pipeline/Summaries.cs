using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>What an estimator's networks see of observations.</summary>
public static class Summaries
{
    private const int RowsAtOnce = 500;

    /// <summary>Summaries of observations.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="x">The observations, on any device.</param>
    /// <param name="context">Where the networks are.</param>
    /// <returns>[J, S], on the CPU; they belong to the caller's scope, as new tensors do.</returns>
    public static Tensor Of(IPosteriorEstimator estimator, Observation x, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(context);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> parts = [];
        for (long first = 0; first < x.Count; first += RowsAtOnce)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using Observation rows = x.Narrow(first, Math.Min(RowsAtOnce, x.Count - first)).To(context.Device);
            parts.Add(estimator.Summarise(rows).cpu());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }
}
