using MathNet.Numerics.LinearAlgebra;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// A random walk that leaves a density as it is (Metropolis et al. 1953): draws from the density stay draws from it, and those that were
/// one and the same become different ones.
/// </summary>
internal static class MetropolisMoves
{
    // Of the density's own deviation, over the root of the dimension: best for a normal density (Roberts, Gelman and Gilks 1997).
    private const double Stride = 2.38;

    /// <summary>Moves every draw by itself.</summary>
    /// <param name="draws">S rows of D numbers from the density; overwritten. Their covariance is the walk's.</param>
    /// <param name="dimension">D.</param>
    /// <param name="target">The logarithm of the density, up to a number.</param>
    /// <param name="moves">Steps of each draw.</param>
    /// <param name="random">Where the random numbers come from.</param>
    public static void Make(double[] draws, int dimension, LogDensity target, int moves, RandomSource random)
    {
        int count = draws.Length / dimension;
        if (moves == 0 || count < 2)
        {
            return;
        }

        Matrix<double> rows = Matrix<double>.Build.Dense(count, dimension, (i, d) => draws[i * dimension + d]);
        double[] factor = SampleCovariance.Of(rows).Cholesky().Factor.ToRowMajorArray();
        double stride = Stride / Math.Sqrt(dimension);
        double[] logs = new double[count];
        Parallel.For(0, count, i => logs[i] = target(draws.AsSpan(i * dimension, dimension)));
        for (int move = 0; move < moves; move++)
        {
            using DisposeScope scope = NewDisposeScope();
            double[] normal = random.Normal([count, dimension], dtype: ScalarType.Float64).data<double>().ToArray();
            double[] uniform = random.Uniform([count], dtype: ScalarType.Float64).data<double>().ToArray();
            Parallel.For(0, count, i =>
            {
                Span<double> here = draws.AsSpan(i * dimension, dimension), there = stackalloc double[dimension];
                for (int d = 0; d < dimension; d++)
                {
                    there[d] = here[d];
                    for (int e = 0; e <= d; e++)
                    {
                        there[d] += stride * factor[d * dimension + e] * normal[i * dimension + e];
                    }
                }

                double log = target(there);
                if (Math.Log(uniform[i]) < log - logs[i])
                {
                    there.CopyTo(here);
                    logs[i] = log;
                }
            });
        }
    }
}
