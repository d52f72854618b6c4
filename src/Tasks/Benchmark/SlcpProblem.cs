using Reproduce.Compute;
using Reproduce.Compute.Priors;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// "Simple likelihood, complex posterior" (Papamakarios et al. 2019): four points of N(m, S) with m = (theta1, theta2) and standard
/// deviations theta3^2 and theta4^2, correlation tanh theta5; theta uniform on (-3, 3).
/// </summary>
/// <remarks>sbibm adds 1e-6 to the variances. The signs of theta3 and theta4 leave no trace: the posterior has four equal parts.</remarks>
internal sealed class SlcpProblem : BenchmarkProblem
{
    private const int Points = 4;
    private const double Bound = 3, Jitter = 1e-6;

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } =
        Numbered("θ", [.. Enumerable.Repeat(new UniformPrior { Low = -Bound, High = Bound }, 5)]);

    /// <inheritdoc/>
    public override int Length => 2 * Points;

    /// <inheritdoc/>
    public override string Folder => "slcp";

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random)
    {
        double[] t = Values(theta), z = Values(random.Normal([theta.shape[0], Length], dtype: ScalarType.Float64));
        for (int i = 0; i < t.Length / 5; i++)
        {
            Span<double> row = z.AsSpan(i * Length, Length);
            (double a, double b, double c) = Factor(t.AsSpan(5 * i, 5));
            for (int k = 0; k < row.Length; k += 2)
            {
                row[k + 1] = t[5 * i + 1] + b * row[k] + c * row[k + 1];
                row[k] = t[5 * i] + a * row[k];
            }
        }

        return tensor(z, [theta.shape[0], Length]);
    }

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        (double a, double b, double c) = Factor(theta);
        double square = 0;
        for (int k = 0; k < Length; k += 2)
        {
            double first = (x[k] - theta[0]) / a, second = (x[k + 1] - theta[1] - b * first) / c;
            square += first * first + second * second;
        }

        return -0.5 * square - Points * Math.Log(a * c);
    }

    /// <inheritdoc/>
    /// <remarks>The part in which theta3 and theta4 are positive by importance resampling, then random signs.</remarks>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random)
    {
        double[,] folded = (double[,])pilot.Clone();
        for (int i = 0; i < folded.GetLength(0); i++)
        {
            folded[i, 2] = Math.Abs(folded[i, 2]);
            folded[i, 3] = Math.Abs(folded[i, 3]);
        }

        double LogPosterior(ReadOnlySpan<double> theta) =>
            theta[2] < 0 || theta[3] < 0 ? double.NegativeInfinity : this.LogPosterior(theta, x);

        double[] result = ImportanceResampling.Draw(
            StudentProposal.Around(folded), LogPosterior, draws, random);
        double[] u = Values(random.Uniform([draws, 2], dtype: ScalarType.Float64));
        for (int i = 0; i < draws; i++)
        {
            result[5 * i + 2] *= u[2 * i] < 0.5 ? -1 : 1;
            result[5 * i + 3] *= u[2 * i + 1] < 0.5 ? -1 : 1;
        }

        return result;
    }

    // The lower triangular factor of S: rows (a, 0) and (b, c).
    private static (double A, double B, double C) Factor(ReadOnlySpan<double> theta)
    {
        double s1 = theta[2] * theta[2], s2 = theta[3] * theta[3], a = Math.Sqrt(s1 * s1 + Jitter);
        double b = Math.Tanh(theta[4]) * s1 * s2 / a;
        return (a, b, Math.Sqrt(Math.Max(s2 * s2 + Jitter - b * b, double.Epsilon)));
    }
}
