using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Eq. 7: number of passes, the loop written out, and the exact consistency function of a Gaussian as an oracle network.</summary>
public sealed class ConsistencySamplingTests
{
    private const double Eps = 0.001;
    private static readonly RandomKey s_key = RandomKey.FromSeed(29);

    [Test]
    public void KStepsAreKPassesAtTheGridsLevels([Values(1, 2, 10)] int steps)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta * 0.5);
        using ConsistencyPosterior posterior = Create(network, 10);
        using RandomSource random = new(s_key);
        using GivenNoise noise = new([.. Enumerable.Range(0, steps).Select(_ => random.Normal([7, 2]))]);
        posterior.Draw(zeros([7, 2]), noise, steps);
        float[] levels = [.. ConsistencySchedule.SamplingLevels(steps, Eps, 10, 7).Select(t => (float)t)];
        Assert.That(network.Times.Select(t => t.Distinct().Single()), Is.EqualTo(levels));
        Assert.That(noise.Used, Is.EqualTo(steps));
    }

    [Test]
    public void DrawIsTheLoopOfTheEquation()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using ResidualMlp mlp = new(2, 2, new ResidualMlpSettings { Units = 16 }, random);
        using ConsistencyPosterior posterior = Create(mlp, 10);
        Tensor condition = random.Normal([20, 2]);
        Tensor[] z = [.. Enumerable.Range(0, 4).Select(_ => random.Normal([20, 2]))];
        using GivenNoise noise = new(z);
        Tensor drawn = posterior.Draw(condition, noise, 4);

        Tensor theta = zeros([20, 2]);
        double low = Math.Pow(Eps, 1 / 7.0);
        double high = Math.Pow(10, 1 / 7.0);
        for (int k = 0; k < 4; k++)
        {
            double t = Math.Pow(high - k / 4.0 * (high - low), 7);
            theta = k == 0 ? z[0] * t : theta + z[k] * Math.Sqrt(t * t - Eps * Eps);
            theta = posterior.Apply(theta, full([20, 1], t, dtype: ScalarType.Float32), condition, ForwardPass.Evaluation);
        }

        Assert.That(drawn.Numbers(), Is.EqualTo(theta.Numbers()).Within(1e-5));
    }

    [Test]
    public void WithTheOracleNetworkDrawsHaveTheKnownMoments([Values(1, 2, 10)] int steps)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        const double mean = 1.5;
        const double deviation = 0.4;
        const double largest = 50;
        const int draws = 40_000;
        using FormulaNetwork network = new(Oracle);
        using ConsistencyPosterior posterior = Create(network, largest);
        using BlockNoise noise = new([s_key], [draws], 2, CPU);
        Tensor theta = posterior.Draw(zeros([draws, 2]), noise, steps);

        // f maps N(m, s^2 + t^2) to N(m, s^2 + eps^2). The first pass starts from N(0, T^2) instead; the equations below follow that start.
        double m = 0;
        double v = 0;
        foreach (double t in ConsistencySchedule.SamplingLevels(steps, Eps, largest, 7))
        {
            v += m == 0 && v == 0 ? t * t : t * t - Eps * Eps;
            double r = Ratio(t);
            (m, v) = (mean + (m - mean) * r, v * r * r);
        }

        // Five standard errors of a mean and of a standard deviation, over 2 x 40,000 draws.
        double error = 5 * deviation / Math.Sqrt(2 * draws);
        Assert.That(theta.mean().item<float>(), Is.EqualTo(m).Within(error));
        Assert.That(theta.std().item<float>(), Is.EqualTo(Math.Sqrt(v)).Within(error));

        // And those moments are the target's: at T = 50 the wrong start is worth a factor of 1 - s / T.
        Assert.That(m, Is.EqualTo(mean).Within(1.0).Percent);
        Assert.That(Math.Sqrt(v), Is.EqualTo(deviation).Within(0.1).Percent);

        double Ratio(double t) => Math.Sqrt((deviation * deviation + Eps * Eps) / (deviation * deviation + t * t));

        // f = c_skip theta + c_out F, solved for F, in double precision; the estimator's s^2 is 1.
        Tensor Oracle(Tensor noisy, Tensor condition, Tensor time)
        {
            Tensor t = time.to(ScalarType.Float64);
            Tensor x = noisy.to(ScalarType.Float64);
            Tensor f = mean + (x - mean) * ((deviation * deviation + Eps * Eps) / (deviation * deviation + t.square())).sqrt();
            Tensor since = t - Eps;
            Tensor network = (f - x / (since.square() + 1)) * (1 + t.square()).sqrt() / since;
            return network.to(ScalarType.Float32);
        }
    }

    private static ConsistencyPosterior Create(FreeFormNetwork network, double largest) =>
        new(2, new DirectSummary(2), network, ones(2), new ConsistencySettings { LargestTime = largest, S0 = 10, S1 = 50 });
}
