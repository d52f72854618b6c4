namespace Reproduce.Inference.Networks;

/// <summary>What a free-form network is made of; there is a record for each design.</summary>
public abstract record FreeFormNetworkSettings
{
    /// <summary>Weights between layers of full width, of which a large network has most.</summary>
    public abstract double RoughWeights { get; }

    /// <summary>Numbers that a pass without gradients holds for each row, about.</summary>
    public abstract double RoughActivations { get; }

    /// <summary>The network with fresh weights, on the CPU.</summary>
    /// <param name="parts">What it is built from.</param>
    /// <exception cref="ArgumentException">The design does not fit to the numbers of parameters or summaries.</exception>
    public abstract FreeFormNetwork Create(NetworkParts parts);
}
