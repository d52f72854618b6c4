using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Squared distances in float64, coordinate by coordinate, on all processors: they keep their digits where the spread of a sample is far
/// above the distances within a mode.
/// </summary>
internal static class ExactDistances
{
    /// <summary>A sum over all pairs, or over the pairs i below j when both samples are the same.</summary>
    /// <param name="x">float64, [S, D].</param>
    /// <param name="y">float64, [S', D].</param>
    /// <param name="same">Whether both are one sample.</param>
    /// <param name="term">The terms' sum over the squared distances of a row.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    internal static double Sum(Tensor x, Tensor y, bool same, RowSum term, CancellationToken cancel)
    {
        (double[] left, double[] right, int dimensions) = (Columns(x), Columns(y), (int)x.size(1));
        int rows = (int)x.size(0), others = (int)y.size(0);
        double[] sums = new double[rows];
        ParallelOptions parallel = new() { CancellationToken = cancel };
        Parallel.For(0, rows, parallel, () => new double[others], (i, _, buffer) =>
        {
            int first = same ? i + 1 : 0;
            Span<double> distances = buffer.AsSpan(first);
            distances.Clear();
            for (int d = 0; d < dimensions; d++)
            {
                AddSquares(left[d * rows + i], right.AsSpan(d * others + first, others - first), distances);
            }

            sums[i] = term(i, distances);
            return buffer;
        }, _ => { });
        return sums.Sum();
    }

    /// <summary>The squared distances of all pairs i below j of a sample.</summary>
    /// <param name="x">float64, [S, D].</param>
    internal static double[] OfPairs(Tensor x)
    {
        int rows = (int)x.size(0);
        double[] all = new double[(long)rows * (rows - 1) / 2];
        Sum(x, x, same: true, Keep, CancellationToken.None);
        return all;

        double Keep(int row, ReadOnlySpan<double> distances)
        {
            distances.CopyTo(all.AsSpan(row * (2 * rows - row - 1) / 2));
            return 0;
        }
    }

    private static void AddSquares(double x, ReadOnlySpan<double> y, Span<double> sums)
    {
        Vector<double> own = new(x);
        ReadOnlySpan<Vector<double>> others = MemoryMarshal.Cast<double, Vector<double>>(y);
        Span<Vector<double>> totals = MemoryMarshal.Cast<double, Vector<double>>(sums);
        for (int k = 0; k < totals.Length; k++)
        {
            Vector<double> difference = own - others[k];
            totals[k] += difference * difference;
        }

        for (int k = totals.Length * Vector<double>.Count; k < sums.Length; k++)
        {
            sums[k] += (x - y[k]) * (x - y[k]);
        }
    }

    // [D, S]: a coordinate of all draws lies together.
    private static double[] Columns(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, double>(x.cpu().t().contiguous().bytes).ToArray();
    }
}
