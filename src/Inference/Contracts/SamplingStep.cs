namespace Reproduce.Inference.Contracts;

/// <summary>One pass of a multi-step draw.</summary>
/// <param name="Level">The noise level t_k at which the network is called.</param>
/// <param name="Added">Standard deviation of the noise that is added before.</param>
public readonly record struct SamplingStep(double Level, double Added);
