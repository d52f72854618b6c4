using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks;

public sealed class GaussianMixtureTests : ScopedTests
{
    /// <summary>
    /// At fixed theta: E x = 0, E x_i x_j = theta_i theta_j + c delta_ij, and points are independent, so E (x_1.x_2) = 0.
    /// A standard deviation in the variance's place, or one sign for a whole row, misses by far more than the tolerance.
    /// </summary>
    [TestCase(0.5)]
    [TestCase(0.25)]
    public void SimulatorHasTheMomentsOfTheModel(double variance)
    {
        const int Rows = 100_000;
        GaussianMixtureTask task = new(new GaussianMixtureSettings { SimulatorVariance = variance });
        using RandomSource random = new(RandomKey.FromSeed(1));
        Tensor theta = tensor([1.5f, -0.5f]).expand(Rows, 2);
        Tensor x = task.Simulate(theta, random).Sole.to(ScalarType.Float64);
        Assert.That(x.shape, Is.EqualTo(new long[] { Rows, 10, 2 }));

        // 1e6 points of standard deviation below 1.7, squares below 4: six standard errors are 0.01 and 0.024.
        Assert.That(TaskAssert.Values(x.mean([0, 1])), Is.All.EqualTo(0.0).Within(0.011));
        double[] second = TaskAssert.Values(x.reshape(-1, 2).t().mm(x.reshape(-1, 2)) / (Rows * 10.0));
        Assert.That(second[0], Is.EqualTo(2.25 + variance).Within(0.024));
        Assert.That(second[3], Is.EqualTo(0.25 + variance).Within(0.024));
        Assert.That(second[1], Is.EqualTo(-0.75).Within(0.024));

        // Signs differ between the points of one row: E x_1.x_2 would be |theta|^2 = 2.5 with one sign for all.
        double cross = (x.select(1, 0) * x.select(1, 1)).sum(1).mean().item<double>();
        Assert.That(cross, Is.EqualTo(0).Within(0.06), "1e5 rows with a standard deviation of 3: six standard errors");
    }

    [Test]
    public void PriorIsStandardNormal()
    {
        using RandomSource random = new(RandomKey.FromSeed(2));
        Tensor theta = new GaussianMixtureTask().SamplePrior(200_000, random);
        Assert.That(TaskAssert.Values(theta.mean([0])), Is.All.EqualTo(0.0).Within(0.0135), "six standard errors");
        Assert.That(TaskAssert.Values(theta.var(0)), Is.All.EqualTo(1.0).Within(0.019), "six standard errors");
    }

    /// <summary>Batch = loop in distribution: the published simulator once drew a single mixture index per batch.</summary>
    [Test]
    public void ABatchIsDistributedAsALoop()
    {
        GaussianMixtureTask task = new();
        using RandomSource random = new(RandomKey.FromSeed(3));
        Tensor theta = tensor([2f, 1f]).unsqueeze(0);
        double[] batch = TaskAssert.Values(task.Simulate(theta.expand(2000, 2), random).Sole.select(2, 0).mean([1]));
        double[] loop = new double[2000];
        for (int i = 0; i < loop.Length; i++)
        {
            using Observation one = task.Simulate(theta, random);
            using Tensor mean = one.Sole.select(2, 0).mean();
            loop[i] = mean.item<float>();
        }

        TaskAssert.SameDistribution(batch, loop, 20, "mean of ten points");
    }

    /// <summary>The density integrates to the evidence on a grid, and the draws' moments and histogram are those of the grid.</summary>
    [TestCase(0.5)]
    [TestCase(0.25)]
    public void PosteriorAgreesWithGridIntegration(double variance)
    {
        // The likelihood is written out again here, point by point and without the sign vectors.
        GaussianMixtureTask task = new(new GaussianMixtureSettings { SimulatorVariance = variance, ReferenceVariance = variance });
        (_, Observation x) = TaskAssert.Simulate(task, 3, 11);
        const int Side = 201, Draws = 200_000;
        const double Reach = 5, Step = 2 * Reach / (Side - 1);
        Tensor axis = linspace(-Reach, Reach, Side, dtype: ScalarType.Float64);
        Tensor g1 = axis.unsqueeze(1).expand(Side, Side), g2 = axis.unsqueeze(0).expand(Side, Side);
        Tensor grid = stack([g1.reshape(-1), g2.reshape(-1)], 1).unsqueeze(0);
        Tensor evidence = task.LogEvidence(x);
        Tensor draws = task.Sample(x, Draws, RandomKey.FromSeed(12)).to(ScalarType.Float64);
        for (int j = 0; j < 3; j++)
        {
            Tensor log = (g1.square() + g2.square()) * -0.5 - Math.Log(2 * Math.PI);
            for (int n = 0; n < 10; n++)
            {
                double x1 = x.Sole[j, n, 0].item<float>(), x2 = x.Sole[j, n, 1].item<float>();
                Tensor plus = ((g1 - x1).square() + (g2 - x2).square()) / (-2 * variance);
                Tensor minus = ((g1 + x1).square() + (g2 + x2).square()) / (-2 * variance);
                log += (plus.exp() * 0.5 + minus.exp() * 0.5).log() - Math.Log(2 * Math.PI * variance);
            }

            Tensor joint = task.LogJoint(grid, x.Narrow(j, 1)).reshape(Side, Side);
            Assert.That((joint - log).abs().max().item<double>(), Is.LessThan(1e-9), "log joint density, term by term");
            Tensor p = (log - evidence[j]).exp();

            // The trapezoidal rule is spectrally accurate for an analytic integrand that vanishes at the border (float64).
            Assert.That(p.sum().item<double>() * Step * Step, Is.EqualTo(1).Within(1e-9), "evidence");
            Tensor d1 = draws[j].select(1, 0), d2 = draws[j].select(1, 1);
            Tensor[] functions = [g1, g2, g1.square(), g2.square(), g1 * g2, g1.abs()];
            Tensor[] ofDraws = [d1, d2, d1.square(), d2.square(), d1 * d2, d1.abs()];
            for (int k = 0; k < functions.Length; k++)
            {
                double expected = (p * functions[k]).sum().item<double>() * Step * Step;
                double error = ofDraws[k].std().item<double>() / Math.Sqrt(Draws);
                Assert.That(ofDraws[k].mean().item<double>(), Is.EqualTo(expected).Within(5 * error), $"moment {k} of set {j}");
            }
        }
    }

    /// <summary>With one point the posterior is 1/2 N(m, v) + 1/2 N(-m, v) by hand: v = c / (1 + c), m = x / (1 + c).</summary>
    [Test]
    public void OnePointGivesTheMixtureByHand()
    {
        GaussianMixtureTask task = new(new GaussianMixtureSettings { Dimension = 1, Points = 1, ReferenceVariance = 0.25 });
        Observation x = new(tensor([1.0]).reshape(1, 1, 1));
        Tensor draws = task.Sample(x, 100_000, RandomKey.FromSeed(5)).to(ScalarType.Float64);
        Assert.That(draws.mean().item<double>(), Is.EqualTo(0).Within(0.02), "six standard errors");
        Assert.That(draws.square().mean().item<double>(), Is.EqualTo(0.64 + 0.2).Within(0.02), "six standard errors");
        double evidence = Math.Exp(-0.5 / 1.25) / Math.Sqrt(2 * Math.PI * 1.25);
        Assert.That(task.LogEvidence(x).item<double>(), Is.EqualTo(Math.Log(evidence)).Within(1e-12));
    }

    [Test]
    public void SamplesByKeyAndWithoutLeaks() => TaskAssert.SamplesByKeyAndWithoutLeaks(new GaussianMixtureTask());

    [Test]
    public void ReferenceIsCalibrated() => TaskAssert.IsCalibrated(new GaussianMixtureTask(), 21);

    /// <summary>The switch of the published scripts (simulator 1/4, reference 1/2) is visible: the reference is then too wide.</summary>
    [Test]
    public void MismatchedVariancesAreNotCalibrated()
    {
        GaussianMixtureTask task = new(new GaussianMixtureSettings { SimulatorVariance = 0.25 });
        Assert.That(() => TaskAssert.IsCalibrated(task, 21), Throws.InstanceOf<AssertionException>());
    }

    [Test]
    public void BadArgumentsAreNamed()
    {
        GaussianMixtureTask task = new();
        using RandomSource random = new(RandomKey.FromSeed(1));
        Assert.That(
            () => task.Simulate(zeros(3, 4), random),
            Throws.ArgumentException.With.Message.EqualTo("theta: expected [B, 2], got [3, 4].")
        );
        Assert.That(
            () => task.Sample(new Observation(zeros(1, 9, 2)), 5, default),
            Throws.ArgumentException.With.Message.Contains("[J, 10, 2]")
        );
        Assert.That(
            () => new GaussianMixtureTask(new GaussianMixtureSettings { Points = 20 }),
            Throws.ArgumentException.With.Message.EqualTo("points: expected 1 to 14, got 20.")
        );
        Assert.That(
            () => new GaussianMixtureTask(new GaussianMixtureSettings { ReferenceVariance = double.NaN }),
            Throws.ArgumentException
        );
    }
}
