namespace Reproduce.Evaluation;

/// <summary>What <see cref="LocalC2st"/> finds at an observation.</summary>
/// <param name="Statistic">
/// Mean of (d - 1/2)^2 over the estimator's draws: 0 where they cannot be told from exact ones, at most 1/4.
/// </param>
/// <param name="Limit">The 95 % quantile of the statistic under permuted labels.</param>
/// <param name="PValue">The share of permuted labels with a statistic as large, the true ones among them.</param>
public sealed record LocalC2stResult(double Statistic, double Limit, double PValue);
