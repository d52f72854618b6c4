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
/// draws; the kernel is evaluated by <see cref="RadialKernel"/> on all processors.
/// </remarks>
public static class MaximumMeanDiscrepancy
{
    // Up to this dimension distances are summed coordinate by coordinate: exact, and as fast as a product of matrices.
    private const int DirectDimensions = 16;

    /// <summary>MMD^2 of every data set.</summary>
    /// <param name="draws">[J, S, D], on any device; S >= 2.</param>
    /// <param name="reference">[J, S', D]; S' >= 2.</param>
    /// <param name="options">The kernel.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>[J].</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static MmdResult[] PerDataSet(Tensor draws, Tensor reference, MmdSettings options, CancellationToken cancel = default)
    {
        Require.Pairs(draws, reference);
        var results = new MmdResult[draws.size(0)];
        for (int j = 0; j < results.Length; j++)
        {
            using var scope = NewDisposeScope();
            results[j] = Pair(draws.select(0, j), reference.select(0, j), options, cancel);
        }

        return results;
    }

    /// <summary>MMD^2 of one pair of samples.</summary>
    /// <param name="draws">[S, D], on any device; S >= 2.</param>
    /// <param name="reference">[S', D]; S' >= 2.</param>
    /// <param name="options">The kernel.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="ArgumentException">Shapes or options that do not fit, or draws that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static MmdResult Pair(Tensor draws, Tensor reference, MmdSettings options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        SettingsRules.Check(options, "MMD settings");
        Require.Rank(draws, 2, nameof(draws), "[S, D]");
        Require.Rank(reference, 2, nameof(reference), "[S', D]");
        if (draws.size(1) != reference.size(1) || draws.size(0) < 2 || reference.size(0) < 2)
        {
            throw new ArgumentException(
                $"draws and reference: expected [S, D] and [S', D] with at least 2 rows, got {Require.Shape(draws)} and {Require.Shape(reference)}.",
                nameof(reference));
        }

        Require.Finite(draws, nameof(draws));
        Require.Finite(reference, nameof(reference));
        using IDisposable inference = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = Thin(draws, options.MaxDraws);
        Tensor y = Thin(reference.to(draws.device), options.MaxDraws);
        // Distances do not change, and the products that stand for them lose fewer digits near the origin.
        Tensor centre = y.mean([0], keepdim: true);
        x = (x - centre).to_type(ScalarType.Float32).contiguous();
        y = (y - centre).to_type(ScalarType.Float32).contiguous();
        var kernel = new RadialKernel(options.MedianHeuristic ? [Median(x, y)] : options.Bandwidths);
        double n = x.size(0), m = y.size(0);
        double xx = Sum(x, x, same: true, kernel, options.MaxBytes, cancel);
        double yy = Sum(y, y, same: true, kernel, options.MaxBytes, cancel);
        double xy = Sum(x, y, same: false, kernel, options.MaxBytes, cancel) / (n * m);
        double biased = (n * kernel.AtZero + 2 * xx) / (n * n) + (m * kernel.AtZero + 2 * yy) / (m * m) - 2 * xy;
        double unbiased = 2 * xx / (n * (n - 1)) + 2 * yy / (m * (m - 1)) - 2 * xy;
        return new MmdResult(Math.Max(0, biased), unbiased);
    }

    /// <summary>Rows spread evenly over the sample: chains and mirrored halves are thinned, not cut.</summary>
    private static Tensor Thin(Tensor sample, int most)
    {
        long count = sample.size(0);
        using Scalar all = count.ToScalar(), few = Math.Max(1, most).ToScalar();
        return most == 0 || count <= most
            ? sample.to_type(ScalarType.Float64)
            : sample.index_select(0, arange(most, dtype: ScalarType.Int64, device: sample.device).mul_(all).floor_divide(few))
                .to_type(ScalarType.Float64);
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
            using var scope = NewDisposeScope();
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
            using var scope = NewDisposeScope();
            Tensor norms = x.square().sum(1, keepdim: true) + y.square().sum(1).unsqueeze(0);
            return norms.sub_(x.mm(y.t()).mul_(Scalars.Two)).clamp_min_(Scalars.Zero).MoveToOuterDisposeScope();
        }

        Tensor sum = zeros(x.size(0), y.size(0), dtype: ScalarType.Float32, device: x.device);
        for (long d = 0; d < x.size(1); d++)
        {
            using var scope = NewDisposeScope();
            Tensor difference = x.narrow(1, d, 1) - y.select(1, d).unsqueeze(0);
            sum.addcmul_(difference, difference, Scalars.One);
        }

        return sum;
    }

    /// <summary>The median squared distance between distinct draws of the pooled sample (of at most 2000 of them).</summary>
    private static double Median(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        Tensor pooled = Thin(cat([x, y], 0), 2000).to_type(ScalarType.Float32);
        long n = pooled.size(0);
        Tensor pairs = triu_indices(n, n, 1, device: pooled.device);
        Tensor distances = SquaredDistances(pooled, pooled).index([pairs[0], pairs[1]]);
        double median = distances.median().cpu().ToDouble();
        return median > 0
            ? median
            : throw new ArgumentException("The median distance between the draws is 0: the median heuristic gives no kernel.");
    }
}
