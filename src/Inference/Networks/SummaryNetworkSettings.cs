using Reproduce.Compute;

namespace Reproduce.Inference.Networks;

/// <summary>What a summary network is made of; there is a record for each design.</summary>
public abstract record SummaryNetworkSettings
{
    /// <summary>Weights between layers of full width; 0 for a design whose networks are small.</summary>
    public virtual double RoughWeights => 0;

    /// <summary>The network for observations of the given example's shape, with fresh weights, on the CPU.</summary>
    /// <param name="example">The training set's observations; a network may take their mean and standard deviation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <exception cref="ArgumentException">The design does not fit to the observations.</exception>
    public abstract SummaryNetwork Create(Observation example, RandomSource random);
}
