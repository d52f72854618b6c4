using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>Looks at simulations before a training: their faults would show as a diverged loss, far from where they come from.</summary>
internal static class SimulationChecks
{
    /// <summary>Simulations that an estimator can learn from.</summary>
    /// <param name="simulations">The simulations.</param>
    /// <param name="estimator">The estimator.</param>
    /// <param name="name">What the caller calls them.</param>
    /// <returns>In the type of the estimator's weights: themselves when they have that already.</returns>
    /// <exception cref="ArgumentException">Other shapes than the estimator's, none at all, complex numbers, NaN or infinity.</exception>
    public static Simulations Check(Simulations simulations, IPosteriorEstimator estimator, string name)
    {
        Require.Batch(simulations.Theta, simulations.X, estimator.Dimension);
        if (simulations.Count == 0)
        {
            throw new ArgumentException($"{name}: expected at least one simulation.");
        }

        ScalarType type = NetworkInput.TypeOf(estimator);
        Tensor theta = NetworkInput.Convert(simulations.Theta, type, $"{name}.theta");
        Observation x = NetworkInput.Convert(simulations.X, type, $"{name}.x");
        Simulations converted = ReferenceEquals(theta, simulations.Theta) && ReferenceEquals(x, simulations.X)
            ? simulations
            : simulations with { Theta = theta, X = x };
        if (FiniteRows.Others(theta) is { Length: > 0 } wrong)
        {
            using DisposeScope scope = NewDisposeScope();
            long column = theta[wrong[0]].isfinite().logical_not().nonzero()[0, 0].item<long>();
            throw Failed(converted, $"{name}.theta: {converted.Parameter(column)} of simulation {wrong[0]} is NaN or infinite");
        }

        foreach (string part in x.Parts.Keys)
        {
            if (FiniteRows.Others(x, part) is { Length: > 0 } rows)
            {
                throw Failed(converted, $"{NetworkInput.Name(x, $"{name}.x", part)}: simulation {rows[0]} has NaN or infinity");
            }
        }

        return converted;
    }

    private static ArgumentException Failed(Simulations simulations, string first) => new(
        $"{first}; {simulations.Failed().Length} of {simulations.Count} simulations failed so. Simulate them again, or leave them out with "
            + $"{nameof(Simulations)}.{nameof(Simulations.WithoutFailed)}."
    );
}
