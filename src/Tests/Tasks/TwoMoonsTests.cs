using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks;

public sealed class TwoMoonsTests : ScopedTests
{
    private static Observation At(double x1, double x2) => new(tensor([(float)x1, (float)x2]).unsqueeze(0));

    /// <summary>
    /// At theta = (0.3, -0.1): E x1 = 0.1 * 2/pi + 0.25 - 0.2/sqrt 2, Var x1 = E r^2 / 2 - (0.2/pi)^2; E x2 = -0.4/sqrt 2,
    /// Var x2 = E r^2 / 2, E r^2 = 0.0101.
    /// </summary>
    [Test]
    public void SimulatorHasTheMomentsOfTheModel()
    {
        const int Rows = 100_000;
        using RandomSource random = new(RandomKey.FromSeed(1));
        Tensor x = new TwoMoonsTask().Simulate(tensor([0.3f, -0.1f]).expand(Rows, 2), random).Sole.to(ScalarType.Float64);
        double[] mean = TaskAssert.Values(x.mean([0])), variance = TaskAssert.Values(x.var(0));
        double root2 = Math.Sqrt(2);

        // Standard deviations 0.032 and 0.071: six standard errors are 0.0006 and 0.0014; of the variances 2e-5 and 4e-5.
        Assert.That(mean[0], Is.EqualTo(0.2 / Math.PI + 0.25 - 0.2 / root2).Within(0.0006));
        Assert.That(mean[1], Is.EqualTo(-0.4 / root2).Within(0.0014));
        Assert.That(variance[0], Is.EqualTo(0.00505 - 0.04 / (Math.PI * Math.PI)).Within(2e-5));
        Assert.That(variance[1], Is.EqualTo(0.00505).Within(4e-5));
    }

    [Test]
    public void PriorIsUniform()
    {
        using RandomSource random = new(RandomKey.FromSeed(2));
        Tensor theta = new TwoMoonsTask().SamplePrior(200_000, random);
        Assert.That(theta.abs().max().item<float>(), Is.LessThanOrEqualTo(1));
        Assert.That(TaskAssert.Values(theta.mean([0])), Is.All.EqualTo(0.0).Within(0.008), "six standard errors");
        Assert.That(TaskAssert.Values(theta.var(0)), Is.All.EqualTo(1 / 3.0).Within(0.004), "six standard errors");
    }

    [Test]
    public void ABatchIsDistributedAsALoop()
    {
        TwoMoonsTask task = new();
        using RandomSource random = new(RandomKey.FromSeed(3));
        Tensor theta = tensor([0.2f, 0.5f]).unsqueeze(0);
        double[] batch = TaskAssert.Values(task.Simulate(theta.expand(2000, 2), random).Sole.select(1, 0));
        double[] loop = new double[2000];
        for (int i = 0; i < loop.Length; i++)
        {
            using Observation one = task.Simulate(theta, random);
            loop[i] = TaskAssert.Values(one.Sole)[0];
        }

        TaskAssert.SameDistribution(batch, loop, 20, "x1");
    }

    /// <summary>
    /// LogJoint is right up to normalisation if it integrates, over x at fixed theta, to the prior density 1/4; and LogEvidence is
    /// its integral over theta. Both by a fine grid; the density jumps on the moon's straight edge, hence 1e-3.
    /// </summary>
    [Test]
    public void DensitiesIntegrateToWhatTheyMust()
    {
        TwoMoonsTask task = new();
        const int Side = 1000;
        const double Width = 0.32, Cell = Width / Side;
        Tensor offset = (arange(Side, dtype: ScalarType.Float64) + 0.5) * Cell - Width / 2;
        Tensor x1 = (offset + 0.25 - 0.1 / Math.Sqrt(2)).unsqueeze(1).expand(Side, Side).reshape(-1);
        Tensor x2 = (offset - 0.3 / Math.Sqrt(2)).unsqueeze(0).expand(Side, Side).reshape(-1);
        Tensor theta = tensor([0.2, -0.1]).expand(Side * Side, 1, 2);
        double overX = task.LogJoint(theta, new Observation(stack([x1, x2], 1))).exp().sum().item<double>() * Cell * Cell;
        Assert.That(overX, Is.EqualTo(0.25).Within(0.25e-3));
    }

    /// <summary>Grid integration of the joint density gives evidence and moments, also where the box cuts the moons.</summary>
    [TestCase(0, 0, TestName = "GridIntegration(figure of the paper)")]
    [TestCase(-0.6, 0.31, TestName = "GridIntegration(ordinary)")]
    [TestCase(0.27, -0.2, TestName = "GridIntegration(cut by q0 = 0)")]
    [TestCase(-0.75, 0.33, TestName = "GridIntegration(cut by the box)")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void PosteriorAgreesWithGridIntegration(double x1, double x2)
    {
        TwoMoonsTask task = new();
        Observation x = At(x1, x2);
        const int Side = 2000, Draws = 100_000;
        const double Cell = 2.0 / Side;
        Tensor axis = (arange(Side, dtype: ScalarType.Float64) + 0.5) * Cell - 1;
        Tensor g1 = axis.unsqueeze(1).expand(Side, Side).reshape(-1), g2 = axis.unsqueeze(0).expand(Side, Side).reshape(-1);
        Tensor p = task.LogJoint(stack([g1, g2], 1).unsqueeze(0), x)[0].exp() * (Cell * Cell);
        double evidence = p.sum().item<double>();

        // 10 cells per standard deviation of the radius; the error comes from the cells on the edges.
        Assert.That(Math.Exp(task.LogEvidence(x).item<double>()), Is.EqualTo(evidence).Within(0.005 * evidence));
        Tensor draws = task.Sample(x, Draws, RandomKey.FromSeed(5))[0].to(ScalarType.Float64);
        Tensor d1 = draws.select(1, 0), d2 = draws.select(1, 1);
        Tensor[] functions = [g1, g2, g1.square(), g2.square(), g1 * g2, (g1 + g2).abs(), (g2 - g1).square()];
        Tensor[] ofDraws = [d1, d2, d1.square(), d2.square(), d1 * d2, (d1 + d2).abs(), (d2 - d1).square()];
        for (int k = 0; k < functions.Length; k++)
        {
            double expected = (p * functions[k]).sum().item<double>() / evidence;
            double error = ofDraws[k].std().item<double>() / Math.Sqrt(Draws);
            Assert.That(ofDraws[k].mean().item<double>(), Is.EqualTo(expected).Within(5 * error + 3e-4), $"moment {k}");
        }
    }

    /// <summary>Rejection with a small tolerance, which uses nothing but the simulator; moments and histograms agree.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void PosteriorAgreesWithBruteForceRejection()
    {
        TwoMoonsTask task = new();
        const double Tolerance = 0.01; // a tenth of the moon's radius, and of the size of its thickness
        const int Simulations = 6_000_000;
        using RandomSource random = new(RandomKey.FromSeed(6));
        Observation x = At(-0.2, 0.1);
        List<Tensor> kept = [];
        for (int block = 0; block < 6; block++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor theta = task.SamplePrior(Simulations / 6, random);
            Tensor close = (task.Simulate(theta, random).Sole - x.Sole).norm(1) < Tolerance;
            kept.Add(theta[close].MoveToOuterDisposeScope());
        }

        Tensor rejection = cat(kept, 0);
        Tensor exact = task.Sample(x, (int)rejection.shape[0], RandomKey.FromSeed(7))[0];
        Assert.That(rejection.shape[0], Is.GreaterThan(300));
        Tensor[] directions = [tensor([1f, 0f]), tensor([0f, 1f]), tensor([1f, 1f]), tensor([-1f, 1f])];
        foreach (Tensor direction in directions)
        {
            double[] a = TaskAssert.Values(rejection.mv(direction)), b = TaskAssert.Values(exact.mv(direction));
            TaskAssert.SameDistribution(a, b, 12, $"direction {string.Join(",", TaskAssert.Values(direction))}");
        }
    }

    /// <summary>The published scripts keep what the posterior excludes; 5.9 % of their draws lie outside the box.</summary>
    [Test]
    public void UntruncatedDrawsLeaveTheBox()
    {
        TwoMoonsTask task = new(new TwoMoonsSettings { TruncateReference = false });
        (_, Observation x) = TaskAssert.Simulate(task, 2000, 8);
        double outside = (task.Sample(x, 100, RandomKey.FromSeed(9)).abs() > 1).any(2).to(ScalarType.Float64).mean().item<double>();
        Assert.That(outside, Is.EqualTo(0.059).Within(0.02), "2000 sets, of which about one in seven contributes about 0.4");
    }

    /// <summary>
    /// Without rejection the moments are closed: with Q0 = (theta1 + theta2) / sqrt 2 of random sign, E Q0 = 0 and
    /// E Q0^2 = Var(r cos a) + (E r cos a + 0.25 - x1)^2; Q1 has mean x2 and variance 0.00505. At x1 = 0.3 about a third has q0 &lt; 0.
    /// </summary>
    [Test]
    public void UntruncatedDrawsHaveTheMomentsOfTheProposal()
    {
        TwoMoonsTask task = new(new TwoMoonsSettings { TruncateReference = false });
        Tensor draws = task.Sample(At(0.3, -0.2), 200_000, RandomKey.FromSeed(9))[0].to(ScalarType.Float64);
        Tensor q0 = (draws.select(1, 0) + draws.select(1, 1)) / Math.Sqrt(2), q1 = (draws.select(1, 1) - draws.select(1, 0)) / Math.Sqrt(2);
        double mean = 0.2 / Math.PI, variance = 0.00505 - mean * mean;

        // Standard deviations of q0, q0^2, q1, (q1 - x2)^2 below 0.04, 0.002, 0.072, 0.005: six standard errors each.
        Assert.That(q0.mean().item<double>(), Is.Zero.Within(5e-4));
        Assert.That(q0.square().mean().item<double>(), Is.EqualTo(variance + Math.Pow(mean + 0.25 - 0.3, 2)).Within(3e-5));
        Assert.That(q1.mean().item<double>(), Is.EqualTo(-0.2).Within(1e-3));
        Assert.That((q1 + 0.2).square().mean().item<double>(), Is.EqualTo(0.00505).Within(7e-5));
    }

    [Test]
    public void ImpossibleObservationIsSaid() => Assert.That(() => new TwoMoonsTask().Sample(At(3, 0), 5, default),
        Throws.InvalidOperationException.With.Message.Contains("no parameter in the prior's box explains x = (3, 0)"));

    [Test]
    public void DrawsStayInTheBoxAndHavePositiveDensity()
    {
        TwoMoonsTask task = new();
        (_, Observation x) = TaskAssert.Simulate(task, 300, 10);
        Tensor draws = task.Sample(x, 50, RandomKey.FromSeed(11));
        Assert.That(draws.abs().max().item<float>(), Is.LessThanOrEqualTo(1));
        double impossible = task.LogJoint(draws, x).isneginf().to(ScalarType.Float64).mean().item<double>();
        Assert.That(impossible, Is.LessThan(1e-3), "only draws that the rounding to float32 moved across the moon's edge");
    }

    [Test]
    public void SamplesByKeyAndWithoutLeaks() => TaskAssert.SamplesByKeyAndWithoutLeaks(new TwoMoonsTask());

    [Test]
    public void ReferenceIsCalibrated() => TaskAssert.IsCalibrated(new TwoMoonsTask(), 31);
}
