using MathNet.Numerics.LinearAlgebra;

namespace Reproduce.Tasks.Benchmark;

/// <summary>The covariance of draws.</summary>
internal static class SampleCovariance
{
    /// <summary>Covariance with the divisor N - 1.</summary>
    /// <param name="rows">Draws, [N, D], at least two.</param>
    /// <returns>[D, D].</returns>
    public static Matrix<double> Of(Matrix<double> rows)
    {
        int count = rows.RowCount;
        Vector<double> mean = rows.ColumnSums() / count;
        Matrix<double> centred = rows - Matrix<double>.Build.Dense(count, rows.ColumnCount, (_, d) => mean[d]);
        return centred.TransposeThisAndMultiply(centred) / (count - 1);
    }
}
