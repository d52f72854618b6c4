using Reproduce.Compute;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// theta ~ N(0, I), x | theta ~ N(A theta, s^2 I): the posterior is Gaussian with precision I + A^T A / s^2 and mean
/// precision^-1 A^T x / s^2. The oracle for every estimator.
/// </summary>
internal static class LinearGaussian
{
    private const double Noise = 0.6;
    private static readonly float[,] s_a = { { 1.0f, 0.5f }, { -0.3f, 0.8f } };

    public static Simulations Simulate(long count, RandomKey key)
    {
        using RandomSource random = new(key);
        using IDisposable scope = NewDisposeScope();
        Tensor theta = random.Normal([count, 2]);
        Tensor x = theta.mm(tensor(s_a).t()) + random.Normal([count, 2]) * Noise;
        return new Simulations(theta.DetachFromDisposeScope(), new Observation(x.DetachFromDisposeScope()));
    }

    /// <summary>Posterior mean [2] and covariance [2, 2] for one x.</summary>
    public static (double[] Mean, double[,] Covariance) Posterior(double x1, double x2)
    {
        double[,] p = new double[2, 2];
        double[] b = new double[2];
        double[] x = [x1, x2];
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
            {
                p[i, j] = (i == j ? 1 : 0) + (s_a[0, i] * s_a[0, j] + s_a[1, i] * s_a[1, j]) / (Noise * Noise);
            }

            b[i] = (s_a[0, i] * x[0] + s_a[1, i] * x[1]) / (Noise * Noise);
        }

        double det = p[0, 0] * p[1, 1] - p[0, 1] * p[1, 0];
        double[,] c = { { p[1, 1] / det, -p[0, 1] / det }, { -p[1, 0] / det, p[0, 0] / det } };
        return ([c[0, 0] * b[0] + c[0, 1] * b[1], c[1, 0] * b[0] + c[1, 1] * b[1]], c);
    }

    /// <summary>The posterior's log-density at the points (theta_1, theta_2), one after the other.</summary>
    public static double[] LogPosterior(double[] theta, double x1, double x2)
    {
        (double[] m, double[,] c) = Posterior(x1, x2);
        double det = c[0, 0] * c[1, 1] - c[0, 1] * c[1, 0];
        return
        [
            .. theta.Chunk(2).Select(p =>
            {
                double a = p[0] - m[0];
                double b = p[1] - m[1];
                double square = (c[1, 1] * a * a - 2 * c[0, 1] * a * b + c[0, 0] * b * b) / det;
                return -0.5 * square - Math.Log(2 * Math.PI) - 0.5 * Math.Log(det);
            }),
        ];
    }
}
