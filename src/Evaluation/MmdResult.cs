namespace Reproduce.Evaluation;

/// <summary>Squared maximum mean discrepancy between two samples.</summary>
/// <param name="Biased">
/// The V-statistic, clipped below at 0, as published. For equal distributions it is not 0: the diagonals alone contribute
/// (1/S + 1/S') times the number of kernels whose bandwidth is far below the distance between draws.
/// </param>
/// <param name="Unbiased">The U-statistic: 0 on average for equal distributions, and therefore negative half of the time.</param>
public readonly record struct MmdResult(double Biased, double Unbiased);
