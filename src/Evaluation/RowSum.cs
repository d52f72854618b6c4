namespace Reproduce.Evaluation;

/// <summary>A number made of the squared distances between one draw and others.</summary>
/// <param name="row">The draw, from 0.</param>
/// <param name="squaredDistances">To the others.</param>
internal delegate double RowSum(int row, ReadOnlySpan<double> squaredDistances);
