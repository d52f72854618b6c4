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
