using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>What a summary network is made of; there is a record for each design.</summary>
public abstract record SummaryNetworkSettings
{
    /// <summary>Weights between layers of full width; 0 for a design whose networks are small.</summary>
    public virtual double RoughWeights => 0;

    /// <summary>Whether its steps leave a GPU idle most of the time, waiting for the host.</summary>
    public virtual bool IsSmall => RoughWeights < 1e6;

    /// <summary>The network for observations of the given example's shape, with fresh weights, on the CPU.</summary>
    /// <param name="example">The training set's observations; a network may take their mean and standard deviation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <exception cref="ArgumentException">The design does not fit to the observations.</exception>
    public abstract SummaryNetwork Create(Observation example, RandomSource random);

    /// <summary>The only array of an observation, for a design that knows no other.</summary>
    /// <param name="example">The observation.</param>
    /// <param name="axes">Axes that the array has with the batch's.</param>
    /// <param name="what">What it has to be, in words.</param>
    /// <exception cref="ArgumentException">There are several, or it has other axes.</exception>
    private protected static Tensor Sole(Observation example, int axes, string what)
    {
        string found = string.Join(", ", example.Parts.Select(p => $"{p.Key} ({string.Join(", ", p.Value.shape[1..])})"));
        return example.Parts.Count == 1 && example.Sole.dim() == axes
            ? example.Sole
            : throw new ArgumentException($"expected observations of one array that is {what}, got {found}");
    }
}
