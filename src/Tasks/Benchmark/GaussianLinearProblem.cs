using MathNet.Numerics.Distributions;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>x ~ N(theta, 0.1 I) in ten dimensions; theta ~ N(0, 0.1 I), or uniform on (-1, 1).</summary>
/// <param name="isUniform">Whether the prior is the uniform one.</param>
internal sealed class GaussianLinearProblem(bool isUniform) : BenchmarkProblem
{
    private const int Dimension = 10;
    private const double Variance = 0.1;

    private static readonly double s_sd = Math.Sqrt(Variance);

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } = Numbered("θ", [.. Enumerable.Repeat<Prior>(
        isUniform ? new UniformPrior { Low = -1, High = 1 } : new NormalPrior { Mean = 0, Sd = s_sd }, Dimension)]);

    /// <inheritdoc/>
    public override int Length => Dimension;

    /// <inheritdoc/>
    public override string Folder => isUniform ? "gaussian_linear_uniform" : "gaussian_linear";

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random) =>
        theta + random.Normal(theta.shape, dtype: ScalarType.Float64) * s_sd;

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        double square = 0;
        for (int d = 0; d < theta.Length; d++)
        {
            square += (x[d] - theta[d]) * (x[d] - theta[d]);
        }

        return square / (-2 * Variance);
    }

    /// <inheritdoc/>
    /// <remarks>Normal: N(x / 2, 0.05 I). Uniform: N(x, 0.1 I) within the box, by its inverse distribution function.</remarks>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random)
    {
        double[] u = Values(random.Uniform([draws, Dimension], dtype: ScalarType.Float64));
        for (int i = 0; i < u.Length; i++)
        {
            double given = x[i % Dimension];
            u[i] = isUniform ? Truncated(given, u[i]) : Normal.InvCDF(given / 2, Math.Sqrt(Variance / 2), Math.Max(u[i], 1e-300));
        }

        return u;
    }

    private static double Truncated(double mean, double u)
    {
        // From the far end of a tail, where a distribution function near 1 has lost its digits.
        double side = mean > 0 ? 1 : -1;
        double low = Normal.CDF(0, 1, (-1 - side * mean) / s_sd), high = Normal.CDF(0, 1, (1 - side * mean) / s_sd);
        double z = Normal.InvCDF(0, 1, Math.Clamp(low + u * (high - low), double.Epsilon, 1));
        return Math.Clamp(mean + side * s_sd * z, -1, 1);
    }
}
