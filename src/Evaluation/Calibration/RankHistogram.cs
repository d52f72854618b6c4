namespace Reproduce.Evaluation;

/// <summary>A histogram of ranks.</summary>
/// <param name="Counts">Ranks in each bin.</param>
/// <param name="Expected">Mean count of each bin for uniform ranks.</param>
/// <param name="Low">Lower end of each single bin's central range for uniform ranks.</param>
/// <param name="High">Upper end.</param>
public sealed record RankHistogram(int[] Counts, double[] Expected, int[] Low, int[] High);
