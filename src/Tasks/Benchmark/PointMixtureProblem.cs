using Reproduce.Compute;
using Reproduce.Compute.Priors;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>One point of 1/2 N(theta, I) + 1/2 N(theta, 0.01 I) in the plane; theta uniform on (-10, 10).</summary>
internal sealed class PointMixtureProblem : BenchmarkProblem
{
    private const double Bound = 10, NarrowSd = 0.1;

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } =
        Numbered("θ", [.. Enumerable.Repeat(new UniformPrior { Low = -Bound, High = Bound }, 2)]);

    /// <inheritdoc/>
    public override int Length => 2;

    /// <inheritdoc/>
    public override string Folder => "gaussian_mixture";

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random)
    {
        // A component for each row: one for a whole batch would be another model.
        Tensor narrow = random.Integers(0, 2, [theta.shape[0], 1]);
        Tensor noise = random.Normal(theta.shape, dtype: ScalarType.Float64);
        return theta + noise * (1 - narrow * (1 - NarrowSd));
    }

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        double square = Math.Pow(x[0] - theta[0], 2) + Math.Pow(x[1] - theta[1], 2);
        const double Precision = 1 / (NarrowSd * NarrowSd);
        return Math.Log(Math.Exp(-square / 2) + Precision * Math.Exp(-square * Precision / 2));
    }

    /// <inheritdoc/>
    /// <remarks>The same mixture around x, with what lies outside of the box thrown away.</remarks>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random)
    {
        double[] result = new double[2 * draws];
        int filled = 0;
        while (filled < result.Length)
        {
            double[] u = Values(random.Uniform([draws], dtype: ScalarType.Float64));
            double[] z = Values(random.Normal([draws, 2], dtype: ScalarType.Float64));
            for (int i = 0; i < draws && filled < result.Length; i++)
            {
                double sd = u[i] < 0.5 ? 1 : NarrowSd;
                double first = x[0] + sd * z[2 * i], second = x[1] + sd * z[2 * i + 1];
                if (Math.Abs(first) <= Bound && Math.Abs(second) <= Bound)
                {
                    result[filled] = first;
                    result[filled + 1] = second;
                    filled += 2;
                }
            }
        }

        return result;
    }
}
