namespace Reproduce.Tasks.Benchmark;

/// <summary>What the numbers without a meaning are drawn from.</summary>
/// <param name="Location">Means of the components, [20, 92].</param>
/// <param name="Factor">Lower triangular factors of their scales, [20, 92, 92].</param>
/// <param name="Order">Which of all numbers, those with a meaning first, stands at each place, [100].</param>
internal sealed record Distractors(double[,] Location, double[,,] Factor, int[] Order);
