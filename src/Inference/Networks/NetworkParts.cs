using Reproduce.Compute;

namespace Reproduce.Inference.Networks;

/// <summary>What a free-form network is built from, beside its settings.</summary>
/// <param name="Dimension">Number of parameters, D.</param>
/// <param name="Condition">Number of summaries, S.</param>
/// <param name="LargestTime">The largest time that the network is asked about.</param>
/// <param name="Random">Where initial weights come from.</param>
public sealed record NetworkParts(long Dimension, long Condition, double LargestTime, RandomSource Random);
