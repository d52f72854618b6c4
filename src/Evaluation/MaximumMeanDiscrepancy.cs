using System.Runtime.InteropServices;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Squared maximum mean discrepancy (Gretton et al. 2012) with a sum of Gaussian kernels.
/// </summary>
/// <remarks>
/// MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y). Distances come in blocks of rows, so memory is bounded whatever the number of
/// draws; the kernel is evaluated by <see cref="RadialKernel"/> on all processors. Distances are taken in float32 where it has room for
/// them; where many pairs of draws are near to one another and far from the rest (narrow modes far apart), or a bandwidth is out of its
/// range, in float64. Offsets and scales may be any of float64.
/// </remarks>
public static class MaximumMeanDiscrepancy
{
    // Up to this dimension distances are summed coordinate by coordinate: exact, and as fast as a product of matrices.
    private const int DirectDimensions = 16;

    // A pair of draws is near when float32 may lose a hundredth of its squared distance: below these parts of the sum of the squared
    // norms, coordinate by coordinate and by products. Above so many near pairs in a thousand, distances are taken in float64.
    private const double NearDirect = 1.0 / (1L << 32), NearProducts = 1.0 / (1 << 14), NearPairs = 1e-3;

    // Draws that are looked at for that: 131 thousand or 8 thousand pairs.
    private const int LookedAt = 512, LookedAtProducts = 128;

    // Of the draws' extent, and of bandwidths, in float32.
    private const double Comfortable = 1L << 30, NarrowestSingle = 1e-24, WidestSingle = 1e30;

    /// <summary>MMD^2 of every data set.</summary>
    /// <param name="draws">[J, S, D], on any device; S >= 2.</param>
    /// <param name="reference">[J, S', D]; S' >= 2.</param>
    /// <param name="settings">The kernel.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>[J].</returns>
    /// <exception cref="ArgumentException">Shapes or settings that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static MmdResult[] PerDataSet(Tensor draws, Tensor reference, MmdSettings settings, CancellationToken cancel = default)
    {
        Require.Pairs(draws, reference);
        var results = new MmdResult[draws.size(0)];
        for (int j = 0; j < results.Length; j++)
        {
            using DisposeScope scope = NewDisposeScope();
            results[j] = Pair(draws.select(0, j), reference.select(0, j), settings, cancel);
        }

        return results;
    }

    /// <summary>MMD^2 of one pair of samples.</summary>
    /// <param name="draws">[S, D], on any device; S >= 2.</param>
    /// <param name="reference">[S', D]; S' >= 2.</param>
    /// <param name="settings">The kernel.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="ArgumentException">Shapes or settings that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static MmdResult Pair(Tensor draws, Tensor reference, MmdSettings settings, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        SettingsRules.Check(settings, "MMD settings");
        Require.Rank(draws, 2, nameof(draws), "[S, D]");
        Require.Rank(reference, 2, nameof(reference), "[S', D]");
        if (draws.size(1) != reference.size(1) || draws.size(0) < 2 || reference.size(0) < 2)
        {
            throw new ArgumentException(
                $"draws and reference: expected [S, D] and [S', D] with at least 2 rows, " +
                $"got {Require.Shape(draws)} and {Require.Shape(reference)}.",
                nameof(reference));
        }

        Require.Finite(draws, nameof(draws));
        Require.Finite(reference, nameof(reference));
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = EvenlySpaced.Rows(draws, 0, settings.MaxDraws).to_type(ScalarType.Float64);
        Tensor y = EvenlySpaced.Rows(reference.to(draws.device), 0, settings.MaxDraws).to_type(ScalarType.Float64);
        double coarse = PowerOfTwo.Unit(Extent(x, y));
        (x, y) = (Divide(x, coarse), Divide(y, coarse));
        // Distances do not change, and the products that stand for them lose fewer digits near the origin.
        Tensor centre = y.mean([0], keepdim: true);
        (x, y) = (x - centre, y - centre);
        double fine = PowerOfTwo.Unit(Extent(x, y), Comfortable);
        (x, y) = (Divide(x, fine), Divide(y, fine));
        // Of draws in another unit the kernel has a bandwidth in the unit's square, in two steps because the square may overflow.
        double[] bandwidths = settings.MedianHeuristic
            ? [Median(x, y)]
            : [.. settings.Bandwidths.Select(s => s / coarse / coarse / fine / fine)];
        var kernel = new RadialKernel(bandwidths);
        bool single = bandwidths.All(s => s is >= NarrowestSingle and <= WidestSingle) && FitsSingle(x, y);
        if (single)
        {
            (x, y) = (x.to_type(ScalarType.Float32).contiguous(), y.to_type(ScalarType.Float32).contiguous());
        }

        double n = x.size(0), m = y.size(0);
        double xx = Kernels(x, x, same: true), yy = Kernels(y, y, same: true), xy = Kernels(x, y, same: false) / (n * m);
        double biased = (n * kernel.AtZero + 2 * xx) / (n * n) + (m * kernel.AtZero + 2 * yy) / (m * m) - 2 * xy;
        double unbiased = 2 * xx / (n * (n - 1)) + 2 * yy / (m * (m - 1)) - 2 * xy;
        return new MmdResult(Math.Max(0, biased), unbiased);

        double Kernels(Tensor a, Tensor b, bool same) => single
            ? Sum(a, b, same, kernel, settings.MaxBytes, cancel)
            : ExactDistances.Sum(a, b, same, (_, row) => kernel.Sum(row), cancel);
    }

    private static double Extent(Tensor x, Tensor y) =>
        // Without a copy of the draws: those of images are large.
        new[] { x.max(), y.max(), x.min(), y.min() }.Max(t => Math.Abs(t.ToDouble()));

    private static Tensor Divide(Tensor x, double unit)
    {
        if (unit == 1)
        {
            return x;
        }

        using Scalar divisor = unit.ToScalar();
        return x.div(divisor);
    }

    /// <summary>Whether float32 keeps enough digits of the distances: looks at some of the pairs.</summary>
    private static bool FitsSingle(Tensor x, Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        bool direct = x.size(1) <= DirectDimensions;
        int each = (direct ? LookedAt : LookedAtProducts) / 2;
        Tensor pooled = cat([EvenlySpaced.Rows(x, 0, each), EvenlySpaced.Rows(y, 0, each)], 0);
        double[] norms = [.. pooled.Squared().sum(1).cpu().data<double>()];
        double near = ExactDistances.Sum(pooled, pooled, same: true, CountNear, CancellationToken.None);
        return near <= NearPairs * norms.Length * (norms.Length - 1) / 2;

        double CountNear(int row, ReadOnlySpan<double> distances)
        {
            int count = 0;
            for (int k = 0; k < distances.Length; k++)
            {
                double scale = norms[row] + norms[row + 1 + k], d = distances[k];
                // Coordinate by coordinate the distance of equal draws is 0 in float32, too.
                count += direct ? (d > 0 && d < NearDirect * scale ? 1 : 0) : (d < NearProducts * scale ? 1 : 0);
            }

            return count;
        }
    }

    /// <summary>Sum of k over all pairs, or over the pairs i below j when both samples are the same.</summary>
    private static double Sum(Tensor x, Tensor y, bool same, RadialKernel kernel, long maxBytes, CancellationToken cancel)
    {
        int rows = (int)x.size(0), columns = (int)y.size(0);
        // A block of distances, its copy on the host and one temporary.
        int block = (int)Math.Clamp(maxBytes / (3L * sizeof(float) * columns), 1, 1024);
        double total = 0;
        for (int start = 0; start < rows; start += block)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(block, rows - start), skipped = same ? start : 0;
            using Tensor d = SquaredDistances(x.narrow(0, start, count), y.narrow(0, skipped, columns - skipped)).cpu();
            total += SumBlock(d, same, kernel);
        }

        return total;
    }

    private static double SumBlock(Tensor distances, bool same, RadialKernel kernel)
    {
        int rows = (int)distances.size(0), columns = (int)distances.size(1);
        double[] sums = new double[rows];
        Parallel.For(0, rows, i =>
        {
            // Within a block of the same sample, row i's own column is column i.
            ReadOnlySpan<float> row = MemoryMarshal.Cast<byte, float>(distances.bytes).Slice(i * columns, columns);
            sums[i] = kernel.Sum(same ? row[(i + 1)..] : row);
        });
        return sums.Sum();
    }

    private static Tensor SquaredDistances(Tensor x, Tensor y)
    {
        if (x.size(1) > DirectDimensions)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor norms = x.Squared().sum(1, keepdim: true) + y.Squared().sum(1).unsqueeze(0);
            return norms.sub_(x.mm(y.t()).mul_(Scalars.Two)).clamp_min_(Scalars.Zero).MoveToOuterDisposeScope();
        }

        Tensor sum = zeros(x.size(0), y.size(0), dtype: ScalarType.Float32, device: x.device);
        for (long d = 0; d < x.size(1); d++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor difference = x.narrow(1, d, 1) - y.select(1, d).unsqueeze(0);
            sum.addcmul_(difference, difference, Scalars.One);
        }

        return sum;
    }

    /// <summary>The median squared distance between distinct draws of the pooled sample (of at most 2000 of them).</summary>
    private static double Median(Tensor x, Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = EvenlySpaced.Rows(cat([x, y], 0), 0, 2000);
        double median = tensor(ExactDistances.OfPairs(pooled)).median().ToDouble();
        return median > 0
            ? median
            : throw new ArgumentException("The median distance between the draws is 0: the median heuristic gives no kernel.");
    }
}
