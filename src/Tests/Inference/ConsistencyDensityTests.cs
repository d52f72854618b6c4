using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Eq. 9: the density of one-step draws, in closed form for a Gaussian and against counts of many draws.</summary>
public sealed class ConsistencyDensityTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(71);

    [Test]
    public void WithTheExactConsistencyFunctionOfAGaussianItIsGaussian()
    {
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior posterior = Create(new FormulaNetwork(GaussianFlow.ConsistencyNetwork), 50);
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, 200);
        DrawsWithDensity draws = posterior.DrawWithDensity(zeros([200, 2], dtype: ScalarType.Float64), noise);

        // theta = m + (T z - m) r, up to the single precision of the times.
        double r = GaussianFlow.Ratio(50);
        Assert.That(
            draws.LogProb.Numbers(),
            Is.EqualTo(GaussianFlow.LogNormal(draws.Theta, GaussianFlow.Mean * (1 - r), 50 * r)).Within(1e-5)
        );
    }

    [Test]
    public void DrawsAreThoseOfOneStep()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ConsistencyPosterior posterior = (ConsistencyPosterior)Contenders.Create("cmpe", perturbed: true);
        using BlockNoise first = new([s_key], [30], 2, CPU);
        using BlockNoise second = new([s_key], [30], 2, CPU);
        Tensor condition = full([30, 2], 0.2, dtype: ScalarType.Float32);
        DrawsWithDensity draws = posterior.DrawWithDensity(condition, first);

        // With gradients the layers go through libtorch, without through our own code: a few last places of draws of order ten.
        Assert.That(draws.Theta.Numbers(), Is.EqualTo(posterior.Draw(condition, second, 1).Numbers()).Within(2e-5));
        Assert.That(draws.LogProb.requires_grad || draws.Theta.requires_grad, Is.False);
        Assert.That(is_grad_enabled(), Is.False);
    }

    [Test]
    public void CountsOfManyDrawsAgree()
    {
        using IDisposable scope = NewDisposeScope();
        const int count = 200_000;
        const double largest = 10;

        // A banana: triangular with growing diagonals, so one-to-one.
        using ConsistencyPosterior posterior = Create(
            new FormulaNetwork((noisy, _, _) =>
            {
                Tensor u = noisy / largest;
                Tensor u1 = u.narrow(1, 0, 1);
                return cat([u1 + 0.5 * u1.sin(), u.narrow(1, 1, 1) + 0.6 * u1.square()], 1);
            }),
            largest);
        using BlockNoise noise = new([s_key], [count], 2, CPU);
        DrawsWithDensity draws = posterior.DrawWithDensity(zeros([count, 2]), noise);
        double[] theta = draws.Theta.Numbers();
        double[] density = [.. draws.LogProb.Numbers().Select(Math.Exp)];

        // The mean of 1 / q over the draws that fall into a bin, times their share, is the bin's area.
        const double width = 0.5;
        const int bins = 8;
        double[] areas = new double[bins * bins];
        int[] counts = new int[bins * bins];
        for (int i = 0; i < count; i++)
        {
            int a = (int)Math.Floor(theta[2 * i] / width) + bins / 2;
            int b = (int)Math.Floor(theta[2 * i + 1] / width) + bins / 2;
            if (a is >= 0 and < bins && b is >= 0 and < bins)
            {
                counts[a * bins + b]++;
                areas[a * bins + b] += 1 / density[i] / count;
            }
        }

        int[] filled = [.. Enumerable.Range(0, areas.Length).Where(i => counts[i] > 1000)];
        Assert.That(filled, Has.Length.GreaterThan(20));
        Assert.Multiple(() =>
        {
            foreach (int i in filled)
            {
                // Five standard errors of a count, half as much again because 1 / q varies within a bin.
                Assert.That(
                    areas[i] / (width * width),
                    Is.EqualTo(1).Within(7.5 / Math.Sqrt(counts[i])),
                    $"bin {i} with {counts[i]} draws"
                );
            }
        });
    }

    private static ConsistencyPosterior Create(FreeFormNetwork network, double largest) =>
        new(2, new DirectSummary(2), network, ones(2), new ConsistencySettings { LargestTime = largest, S0 = 10, S1 = 50 });
}
