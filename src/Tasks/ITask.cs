using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>
/// An inference problem: a prior p(theta) and a simulator p(x | theta).
/// </summary>
public interface ITask : ISimulator
{
    /// <summary>The kind's name in the YAML file, such as "gaussian-mixture".</summary>
    string Name { get; }

    /// <summary>Names of the parameters, in the order of theta's columns; their number is D.</summary>
    IReadOnlyList<string> ParameterNames { get; }

    /// <summary>What the task offers beside prior and simulator, and what its report shows.</summary>
    TaskDescription Description { get; }

    /// <summary>Draws from the prior.</summary>
    /// <param name="count">Number of draws, B.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>float32, [B, D], on the CPU.</returns>
    Tensor SamplePrior(long count, RandomSource random);
}

/// <summary>A task whose posterior can be sampled exactly.</summary>
public interface IReferencePosterior
{
    /// <summary>Draws from p(theta | x) for every data set.</summary>
    /// <param name="x">J data sets.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="key">Data set j takes its random numbers from the stream key.Child(j), so its draws do not depend on the others.</param>
    /// <returns>float32, [J, S, D], on the CPU.</returns>
    Tensor Sample(Observation x, int draws, RandomKey key);
}

/// <summary>A task whose unnormalised posterior density, prior times likelihood, can be evaluated.</summary>
public interface IJointDensity
{
    /// <summary>log p(theta) + log p(x | theta).</summary>
    /// <param name="theta">[J, S, D].</param>
    /// <param name="x">J data sets.</param>
    /// <returns>float64, [J, S]; negative infinity outside the prior's support.</returns>
    Tensor LogJoint(Tensor theta, Observation x);
}

/// <summary>A task whose posterior density is known completely: log p(theta | x) = LogJoint - LogEvidence.</summary>
public interface IEvidence : IJointDensity
{
    /// <summary>log p(x), the logarithm of the joint density's integral over theta.</summary>
    /// <param name="x">J data sets.</param>
    /// <returns>float64, [J].</returns>
    Tensor LogEvidence(Observation x);
}

/// <summary>A task whose simulator is deterministic, so that a draw can be judged by running it.</summary>
public interface IResimulation
{
    /// <summary>Distance between the simulation of each draw and the observation it was drawn for.</summary>
    /// <param name="theta">[J, S, D].</param>
    /// <param name="x">J data sets.</param>
    /// <returns>[J, S].</returns>
    Tensor ResimulationError(Tensor theta, Observation x);
}

/// <summary>A task whose parameters are a configuration in the plane, such as an arm's posture, that a figure can draw.</summary>
public interface IConfiguration
{
    /// <summary>Names of the plane's two coordinates.</summary>
    (string X, string Y) AxisNames { get; }

    /// <summary>The chain of points that one parameter vector describes.</summary>
    /// <param name="theta">[D].</param>
    IReadOnlyList<(double X, double Y)> Configuration(ReadOnlySpan<float> theta);

    /// <summary>The observed point in the same plane.</summary>
    /// <param name="x">J data sets.</param>
    /// <param name="dataSet">Which of them.</param>
    (double X, double Y) Observed(Observation x, long dataSet);
}
