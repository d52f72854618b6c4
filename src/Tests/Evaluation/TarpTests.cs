using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>Coverage with random points on posteriors that are known.</summary>
public sealed class TarpTests
{
    private const int Sets = 1000, Draws = 200;

    // One uniform sample in a thousand is farther from uniform than this over the root of its size (Kolmogorov).
    private const double OneInThousand = 1.95;

    // No uniform sample of 1000 is so far away: its probability is below 1e-8.
    private const double Impossible = 0.1;

    // Of a uniform number.
    private const double UniformVariance = 1 / 12.0;

    private static readonly RandomKey s_key = RandomKey.FromSeed(41);

    private static IReferencePosterior[] Tasks => [new GaussianMixtureTask(), new TwoMoonsTask(), new KinematicsTask()];

    [Test]
    public void ExactPosteriorsCoverUniformly()
    {
        using IDisposable scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors();

        Assert.That(Error(draws, truth), Is.LessThan(OneInThousand / Math.Sqrt(Sets)));
    }

    /// <summary>The exact posteriors of the experiments have two modes, crescents and surfaces.</summary>
    /// <param name="posterior">The task.</param>
    [TestCaseSource(nameof(Tasks))]
    public void ExactPosteriorsOfTheTasksCoverUniformly(IReferencePosterior posterior)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ITask task = (ITask)posterior;
        Tensor truth = task.SamplePrior(200, random);
        using Observation x = task.Simulate(truth, random);
        Tensor draws = posterior.Sample(x, Draws, s_key.Child("posterior"));

        Assert.That(Error(draws, truth), Is.LessThan(OneInThousand / Math.Sqrt(200)));
    }

    /// <summary>Narrow posteriors lie wholly inside or outside of the regions, wide ones partly inside of all.</summary>
    /// <param name="width">Their width over the exact one.</param>
    /// <param name="isNarrow">Whether that is too narrow.</param>
    [TestCase(0.4, true)]
    [TestCase(2.5, false)]
    public void PosteriorsOfAWrongWidthAreFound(double width, bool isNarrow)
    {
        using IDisposable scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors(width);
        double[] credibilities = Tarp.Credibilities(draws, truth, s_key);
        double mean = credibilities.Average();
        double variance = credibilities.Average(c => (c - mean) * (c - mean));

        Assert.Multiple(() =>
        {
            Assert.That(Tarp.LargestDifference(credibilities), Is.GreaterThan(Impossible));

            // The variance of 1000 uniform numbers has a relative standard error of 0.03.
            Assert.That(variance, isNarrow ? Is.GreaterThan(1.2 * UniformVariance) : Is.LessThan(0.8 * UniformVariance));
        });
    }

    /// <summary>Two standard deviations beside the exact ones.</summary>
    [Test]
    public void BiasedPosteriorsAreFound()
    {
        using IDisposable scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors(shift: 2);

        Assert.That(Error(draws, truth), Is.GreaterThan(Impossible));
    }

    /// <summary>
    /// Parameters that depend on one another with a correlation of 0.99, and draws that have them independent: each parameter by itself
    /// is calibrated, both together are not.
    /// </summary>
    [Test]
    public void AWrongDependenceIsFoundThatNoSingleParameterShows()
    {
        const int Many = 4000, Few = 100;
        const float Correlation = 0.99f;
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor mean = random.Normal([Many, 2]);
        Tensor root = tensor(new[,] { { 1f, 0f }, { Correlation, MathF.Sqrt(1 - Correlation * Correlation) } });
        Tensor truth = mean + random.Normal([Many, 2]).matmul(root.t());
        Tensor exact = mean.unsqueeze(1) + random.Normal([Many, Few, 2]).matmul(root.t());
        Tensor independent = mean.unsqueeze(1) + random.Normal([Many, Few, 2]);

        Assert.Multiple(() =>
        {
            // A frequency over 4000 data sets has a standard error of at most 0.008; the median over levels is below it.
            Assert.That(Calibration.ExpectedCalibrationError(independent, truth).Max, Is.LessThan(0.02));
            Assert.That(Error(exact, truth), Is.LessThan(OneInThousand / Math.Sqrt(Many)));

            // A uniform sample of 4000 is so far away with a probability of 6e-6.
            Assert.That(Error(independent, truth), Is.GreaterThan(0.04));
        });
    }

    /// <summary>A parameter in other units has the same credibilities, and so has a data set beside others.</summary>
    [Test]
    public void UnitsAndOtherDataSetsDoNotMatter()
    {
        using IDisposable scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors();
        Tensor units = tensor([1000.0, 0.5]);
        double[] credibilities = Tarp.Credibilities(draws, truth, s_key);
        double[] inUnits = Tarp.Credibilities(draws.to(ScalarType.Float64) * units + 3, truth.to(ScalarType.Float64) * units + 3, s_key);

        Assert.That(inUnits, Is.EqualTo(credibilities).Within(1.5 / Draws), "a draw may be rounded to the other side of the border");
    }

    [Test]
    public void TheLargestDifferenceIsSoughtOnBothSidesOfEveryStep() => Assert.Multiple(() =>
    {
        Assert.That(Tarp.LargestDifference([0.5]), Is.EqualTo(0.5));
        Assert.That(Tarp.LargestDifference([0.9, 0.2]), Is.EqualTo(0.4).Within(1e-12), "0.9 - 1/2");
        Assert.That(Tarp.LargestDifference([0.1, 0.3]), Is.EqualTo(0.7).Within(1e-12), "1 - 0.3");
    });

    [Test]
    public void WhatIsNoCredibilityIsRefused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Tarp.LargestDifference([]), Throws.ArgumentException);
            Assert.That(() => Tarp.LargestDifference([0.5, 1.5]), Throws.ArgumentException.With.Message.Contains("from 0 to 1"));
            Assert.That(() => Tarp.Credibilities(ones(3, 4, 2), ones(3, 1), s_key), Throws.ArgumentException);
        });
    }

    private static double Error(Tensor draws, Tensor truth) =>
        Tarp.LargestDifference(Tarp.Credibilities(draws, truth, s_key.Child("points")));

    // theta ~ N(0, I), x ~ N(theta, I) in two dimensions: the posterior is N(x / 2, I / 2).
    private static (Tensor Draws, Tensor Truth) Posteriors(double width = 1, double shift = 0)
    {
        using RandomSource random = new(s_key);
        double deviation = Math.Sqrt(0.5);
        Tensor truth = random.Normal([Sets, 2]);
        Tensor x = truth + random.Normal([Sets, 2]);
        Tensor centre = (x / 2 + shift * deviation).unsqueeze(1);
        return (centre + random.Normal([Sets, Draws, 2]) * (deviation * width), truth);
    }
}
