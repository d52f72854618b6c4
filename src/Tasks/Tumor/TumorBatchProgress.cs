namespace Reproduce.Tasks.Tumor;

/// <summary>How far a batch is.</summary>
/// <param name="Done">Finished simulations, those found on disk included.</param>
/// <param name="Total">All simulations.</param>
/// <param name="Failed">Failed ones among the finished.</param>
/// <param name="Elapsed">Time since the batch was started this time.</param>
/// <param name="TimeLeft">Estimate from the simulations of this time; null before the first is done.</param>
public readonly record struct TumorBatchProgress(int Done, int Total, int Failed, TimeSpan Elapsed, TimeSpan? TimeLeft);
