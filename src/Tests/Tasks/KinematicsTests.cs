using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks;

public sealed class KinematicsTests : ScopedTests
{
    private static readonly double[] s_priorSd = [0.25, 0.5, 0.5, 0.5];

    private static Observation At(double x1, double x2) => new(tensor([(float)x1, (float)x2]).unsqueeze(0));

    [Test]
    public void SimulatorIsTheFormula()
    {
        (Tensor theta, Observation x) = TaskAssert.Simulate(new KinematicsTask(), 500, 1);
        double[] t = TaskAssert.Values(theta), seen = TaskAssert.Values(x.Sole);
        for (int i = 0; i < 500; i++)
        {
            double a = t[4 * i + 1], b = a + t[4 * i + 2], c = b + t[4 * i + 3];
            Assert.That(seen[2 * i], Is.EqualTo(t[4 * i] + 0.5 * Math.Sin(a) + 0.5 * Math.Sin(b) + Math.Sin(c)).Within(1e-6), "height");
            Assert.That(seen[2 * i + 1], Is.EqualTo(0.5 * Math.Cos(a) + 0.5 * Math.Cos(b) + Math.Cos(c)).Within(1e-6), "reach");
        }
    }

    [Test]
    public void PriorHasItsStandardDeviations()
    {
        using RandomSource random = new(RandomKey.FromSeed(2));
        Tensor theta = new KinematicsTask().SamplePrior(200_000, random);
        double[] mean = TaskAssert.Values(theta.mean([0])), sd = TaskAssert.Values(theta.std(0));
        for (int d = 0; d < 4; d++)
        {
            Assert.That(mean[d], Is.Zero.Within(6 * s_priorSd[d] / Math.Sqrt(200_000)));
            Assert.That(sd[d], Is.EqualTo(s_priorSd[d]).Within(0.01 * s_priorSd[d]), "six standard errors");
        }
    }

    /// <summary>Brute-force rejection with nothing but the simulator: evidence, moments and histograms at three observations.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void PosteriorAgreesWithBruteForceRejection()
    {
        // Tolerance 0.05 against a posterior that changes over 0.25: the bias of a second moment is of the order 0.05^2 / 4.
        const double Tolerance = 0.05;
        const int Blocks = 5, PerBlock = 1_000_000;
        double[,] points = { { 0, 1.5 }, { 1.0, 1.4 }, { -1.4, 0.8 } };
        KinematicsTask task = new();
        using RandomSource random = new(RandomKey.FromSeed(3));
        List<Tensor>[] kept = [[], [], []];
        for (int block = 0; block < Blocks; block++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor theta = task.SamplePrior(PerBlock, random);
            Tensor hand = KinematicsTask.Hand(theta);
            for (int k = 0; k < 3; k++)
            {
                Tensor close = (hand - tensor([(float)points[k, 0], (float)points[k, 1]])).square().sum(1) < Tolerance * Tolerance;
                kept[k].Add(theta[close].MoveToOuterDisposeScope());
            }
        }

        for (int k = 0; k < 3; k++)
        {
            Tensor rejection = cat(kept[k], 0);
            int count = (int)rejection.shape[0];
            Assert.That(count, Is.GreaterThan(400));
            (Tensor draws, IReadOnlyList<KinematicsDiagnostics> diagnostics) =
                KinematicsTask.SampleWithDiagnostics(At(points[k, 0], points[k, 1]), 40_000, RandomKey.FromSeed(4));
            double evidence = count / ((double)Blocks * PerBlock * Math.PI * Tolerance * Tolerance);
            double error = evidence / Math.Sqrt(count);
            Assert.That(Math.Exp(diagnostics[0].LogEvidence), Is.EqualTo(evidence).Within(5 * error), $"p(x), point {k}");
            for (int d = 0; d < 4; d++)
            {
                double[] a = TaskAssert.Values(rejection.select(1, d)), b = TaskAssert.Values(draws[0].select(1, d));
                double sd = Math.Sqrt(b.Average(v => v * v));
                Assert.That(a.Average(), Is.EqualTo(b.Average()).Within(5 * sd / Math.Sqrt(count)), $"mean of theta{d + 1}, point {k}");
                TaskAssert.SameDistribution(a, b, 16, $"theta{d + 1}, point {k}");
            }
        }
    }

    /// <summary>
    /// The textbook way, another derivation: theta3 and theta4 from the prior make the arm one rigid link of length L and offset phi; then
    /// theta2 = +-acos(x2 / L) - phi + 2 pi k, theta1 from x1, weight p(theta1) p(theta2) / (L |sin(theta2 + phi)|).
    /// </summary>
    [TestCase(0.0, 1.5)]
    [TestCase(0.4, 0.7)]
    [TestCase(0.8, 0.0, Description = "both kinds of sheet")]
    [TestCase(1.0, -0.9, Description = "the last link turned back: 2 pi wraps and sheets around pi matter")]
    [TestCase(-0.2, 1.98, Description = "nearly stretched")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void PosteriorAgreesWithSolvingForTheFirstTwoParameters(double x1, double x2)
    {
        const int Proposals = 250_000, Draws = 100_000;
        using RandomSource random = new(RandomKey.FromSeed(5));
        Tensor z = random.Normal([Proposals, 2], dtype: ScalarType.Float64) * 0.5;
        Tensor t3 = z.select(1, 0), t4 = z.select(1, 1);
        Tensor p = 0.5 + 0.5 * t3.cos() + (t3 + t4).cos(), q = 0.5 * t3.sin() + (t3 + t4).sin();
        Tensor length = (p.square() + q.square()).sqrt(), phi = atan2(q, p);
        Tensor reachable = length > Math.Abs(x2);
        Tensor angle = (x2 / length).clamp(-1, 1).acos();
        List<Tensor> weights = [], thetas = [];
        foreach (int branch in (int[])[-1, 1])
        {
            for (int turn = -1; turn <= 1; turn++)
            {
                Tensor total = angle * branch + 2 * Math.PI * turn;
                Tensor t2 = total - phi, t1 = x1 - length * total.sin();
                Tensor log = -8 * t1.square() - 2 * t2.square() - Math.Log(2 * Math.PI * 0.25 * 0.5);
                weights.Add(where(reachable, log.exp() / (length * total.sin().abs()), 0.0));
                thetas.Add(stack([t1, t2, t3, t4], 1));
            }
        }

        Tensor w = cat(weights, 0), theta = cat(thetas, 0);
        w = where(w.isfinite(), w, 0.0);
        (Tensor drawn, IReadOnlyList<KinematicsDiagnostics> diagnostics) =
            KinematicsTask.SampleWithDiagnostics(At(x1, x2), Draws, RandomKey.FromSeed(6));
        double sum = w.sum().item<double>();
        double effective = sum * sum / w.square().sum().item<double>();

        // Singular weights make their own error estimate optimistic, hence the wide bounds and the 1 %.
        double evidence = sum / Proposals;
        double slack = evidence * (0.01 + 5 / Math.Sqrt(effective));
        Assert.That(Math.Exp(diagnostics[0].LogEvidence), Is.EqualTo(evidence).Within(slack), "p(x)");
        Tensor draws = drawn[0].to(ScalarType.Float64);
        for (int d = 0; d < 4; d++)
        {
            for (int power = 1; power <= 4; power++)
            {
                Tensor f = theta.select(1, d).pow(power), g = draws.select(1, d).pow(power);
                double expected = (w * f).sum().item<double>() / sum;
                double error = g.std().item<double>() * (1 / Math.Sqrt(effective) + 1 / Math.Sqrt(Draws));
                double bound = 5 * error + 0.005 * Math.Abs(expected);
                Assert.That(g.mean().item<double>(), Is.EqualTo(expected).Within(bound), $"E theta{d + 1}^{power}");
            }
        }
    }

    [Test]
    public void DrawsReachThePointAndDoNotRepeat()
    {
        KinematicsTask task = new();
        (_, Observation x) = TaskAssert.Simulate(task, 200, 7);
        (Tensor draws, IReadOnlyList<KinematicsDiagnostics> diagnostics) =
            KinematicsTask.SampleWithDiagnostics(x, 500, RandomKey.FromSeed(8));
        Assert.That(KinematicsTask.ResimulationError(draws, x).max().item<float>(), Is.LessThan(2e-6), "float32 rounding");
        Assert.That(diagnostics.Select(d => d.LargestWeight), Is.All.LessThanOrEqualTo(1.0), "the envelope bounds the density");
        Assert.That(diagnostics.Select(d => (double)d.Draws / d.Proposals).Min(), Is.GreaterThan(0.3), "acceptance");
        Assert.That(diagnostics.Select(d => d.ProposalEffectiveSize / d.Proposals).Min(), Is.GreaterThan(0.6));
        HashSet<float> first = [.. TaskAssert.Values(draws[0].select(1, 2)).Select(v => (float)v)];
        Assert.That(first, Has.Count.GreaterThan(495), "float32 values may coincide by chance, draws do not repeat");
    }

    [Test]
    public void ResimulationErrorIsTheDistanceOfTheHand()
    {
        Tensor theta = zeros(1, 2, 4);
        theta[0, 1, 0] = 3;
        double[] error = TaskAssert.Values(KinematicsTask.ResimulationError(theta, At(0, 1)));
        Assert.That(error, Is.EqualTo(new[] { 1, Math.Sqrt(10) }).Within(1e-6), "the stretched arm's hand is at (0, 2) and (3, 2)");
    }

    [Test]
    public void ADrawnArmEndsAtTheObservedPoint()
    {
        using IDisposable scope = NewDisposeScope();
        KinematicsTask task = new();
        using RandomSource random = new(RandomKey.FromSeed(3));
        Tensor theta = task.SamplePrior(5, random);
        Observation x = task.Simulate(theta, random);
        for (int i = 0; i < 5; i++)
        {
            (double reach, double height) = task.Configuration(theta[i].data<float>().ToArray())[^1];
            Assert.That(task.Observed(x, i).X, Is.EqualTo(reach).Within(1e-5));
            Assert.That(task.Observed(x, i).Y, Is.EqualTo(height).Within(1e-5));
        }
    }

    [Test]
    public void JointsEndAtTheHand()
    {
        (Tensor theta, Observation x) = TaskAssert.Simulate(new KinematicsTask(), 20, 9);
        double[] t = TaskAssert.Values(theta), seen = TaskAssert.Values(x.Sole);
        for (int i = 0; i < 20; i++)
        {
            (double Reach, double Height)[] joints = KinematicArm.Joints([.. t.Skip(4 * i).Take(4).Select(v => (float)v)]);
            Assert.That(joints[0], Is.EqualTo((0.0, t[4 * i])));
            Assert.That(joints[^1].Height, Is.EqualTo(seen[2 * i]).Within(1e-6));
            Assert.That(joints[^1].Reach, Is.EqualTo(seen[2 * i + 1]).Within(1e-6));
            for (int link = 0; link < 3; link++)
            {
                (double dx, double dy) = (joints[link + 1].Reach - joints[link].Reach, joints[link + 1].Height - joints[link].Height);
                Assert.That(Math.Sqrt(dx * dx + dy * dy), Is.EqualTo(KinematicArm.Lengths[link]).Within(1e-12));
            }
        }
    }

    [TestCase(0, 2.01)]
    [TestCase(0, -2.01)]
    [TestCase(1000, 1)]
    [TestCase(double.NaN, 1)]
    [TestCase(0, double.NaN)]
    public void UnreachablePointIsSaid(double x1, double x2) => Assert.That(() => new KinematicsTask().Sample(At(x1, x2), 5, default),
        Throws.InvalidOperationException.With.Message.StartsWith("inverse kinematics: no posture of the arm reaches x = ("));

    [Test]
    public void SamplesByKeyAndWithoutLeaks() => TaskAssert.SamplesByKeyAndWithoutLeaks(new KinematicsTask());

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ReferenceIsCalibrated() => TaskAssert.IsCalibrated(new KinematicsTask(), 41);
}
