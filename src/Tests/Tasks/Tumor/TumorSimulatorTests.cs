using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>Whole simulations: the initial state, limits known in closed form, determinism, and what a caller may rely on.</summary>
[TestFixture]
public sealed class TumorSimulatorTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(20240522).Child("tumor-tests");

    // The lattice's triangulation is not part of any of the tests here.
    private readonly TumorSimulator _simulator = new();
    private readonly TumorOutput _output = new();

    [TestCase(4948, new[] { 3, 27, 199, 448, 781 })]
    [TestCase(4950, new[] { 3, 29, 200, 452, 780 })]
    [TestCase(5048, new[] { 3, 25, 204, 452, 782 })]
    [TestCase(5049, new[] { 3, 29, 199, 454, 782 })]
    [TestCase(5050, new[] { 3, 28, 200, 453, 787 })]
    public void TheInitialDiskHasTheOriginalsNumberOfCells(int startSite, int[] expected)
    {
        double[] radii = [1, 3, 8, 12, 15.8];
        Assert.That(radii.Select(r => Begin(startSite, r).CellCount), Is.EqualTo(expected));
    }

    [TestCase(4948, 153.6710)]
    [TestCase(4950, 153.6837)]
    [TestCase(5048, 152.9401)]
    [TestCase(5049, 153.2387)]
    [TestCase(5050, 153.8978)]
    public void TheInitialDiskHasTheOriginalsRadius(int startSite, double expected) =>
        Assert.That(
            TumorSimulator.GrowthUnit * Begin(startSite, 12).Sites.BorderRadius(),
            Is.EqualTo(expected).Within(5e-5),
            "printed to four places"
        );

    [Test]
    public void WhereNothingCyclesNothingGrows()
    {
        TumorParameters parameters = TumorParameters.Default with { InitialQuiescentFraction = 1 };
        for (int i = 0; i < 20; i++)
        {
            _simulator.Run(parameters, s_key.Child("still").Child(i), _output);
            Assert.That(_output.Growth, Is.All.InRange(152.94, 153.90), "the radius of the initial disk");
            Assert.That(_output.Growth.Distinct().Count(), Is.EqualTo(1));
            Assert.That(_output.Proliferation, Is.All.Zero);
            Assert.That(_simulator.EventCount, Is.Zero);

            // The gap event comes once a day on average, so at most a few of the 25 hours find one before the next hour.
            Assert.That(_simulator.SnapshotCount, Is.InRange(1, 8));
        }
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void WithRoomAndNoGateTheNumberOfCellsIsThatOfErlangBranching()
    {
        // Three founders, cycle of 11 stages with mean 100 h: no crowding by the end (about a hundred cells).
        var parameters = new TumorParameters(0.01, 1e9, 1, 0, 0.01, 0.01, 0);
        const int Runs = 2000;
        double[] counts = new double[Runs];
        for (int i = 0; i < Runs; i++)
        {
            _simulator.Run(parameters, s_key.Child("branching").Child(i), _output);
            counts[i] = _simulator.CellCount;
        }

        double mean = counts.Average();
        double standardError = Math.Sqrt(counts.Sum(c => (c - mean) * (c - mean)) / (Runs - 1) / Runs);
        double expected = 3 * ExpectedCells(0.11, TumorSimulator.EndTime);

        // Four standard errors: one false alarm in 16000 seeds. The standard error is below 0.5 % of the mean.
        Assert.That(mean, Is.EqualTo(expected).Within(4 * standardError));
        Assert.That(standardError, Is.LessThan(0.005 * expected));
    }

    [Test]
    public void AFullDomainEndsAtTheOriginalsRadius()
    {
        var parameters = new TumorParameters(0.09, 900, 12, 0.01, 0.5, 0.01, 1e-5);
        _simulator.Run(parameters, s_key.Child("full"), _output);
        Assert.That(_simulator.OccupiedSites, Is.EqualTo(TumorLattice.SiteCount));
        Assert.That(_output.Growth[^1], Is.EqualTo(768.3686416).Within(5e-8));
        Assert.That(_simulator.SnapshotCount, Is.EqualTo(25));
    }

    [Test]
    public void TheSameKeyGivesTheSameNumbersWhateverRanBefore()
    {
        var fresh = new TumorSimulator();
        var expected = new TumorOutput();
        fresh.Run(TumorParameters.Default, s_key, expected);
        _simulator.Run(TumorParameters.Default with { DivisionDepth = 20 }, s_key.Child(1), _output);
        _simulator.Run(TumorParameters.Default, s_key, _output);
        Assert.That(_output.Growth, Is.EqualTo(expected.Growth));
        Assert.That(_output.Ecm, Is.EqualTo(expected.Ecm));
        Assert.That(_output.Proliferation, Is.EqualTo(expected.Proliferation));

        _simulator.Run(TumorParameters.Default, s_key.Child(2), _output);
        Assert.That(_output.Growth, Is.Not.EqualTo(expected.Growth));
    }

    [Test]
    public void OutputsHaveTheirRange()
    {
        _simulator.Run(TumorParameters.Default, s_key.Child("range"), _output);
        Assert.That(_output.Growth, Is.Ordered.Ascending.And.All.InRange(150, 770));
        Assert.That(_output.Proliferation, Is.All.InRange(0, 1).And.Some.GreaterThan(0.1));
        Assert.That(_output.Ecm, Is.All.GreaterThan(0).And.All.LessThan(1.62 * 0.005 / 0.0008), "the steady state of the densest site");
        Assert.That(_simulator.CellCount, Is.LessThanOrEqualTo(_simulator.OccupiedSites));
    }

    [Test]
    public void MoreBinsDoNotChangeTheFirstOnes()
    {
        // The distances are searched only as far as the bins reach; all of them together must agree.
        var all = new TumorSimulator(bins: 1000);
        var output = new TumorOutput(1000);
        all.Run(TumorParameters.Default, s_key.Child("bins"), output);
        _simulator.Run(TumorParameters.Default, s_key.Child("bins"), _output);
        Assert.That(output.Proliferation[..300], Is.EqualTo(_output.Proliferation).Within(1e-12), "sums of the same numbers");
        Assert.That(output.Ecm[..300], Is.EqualTo(_output.Ecm).Within(1e-9), "differences of running sums");
        Assert.That(output.Ecm[..400], Is.All.GreaterThan(0));
    }

    [Test]
    public void ARunAllocatesNothing()
    {
        _simulator.Run(TumorParameters.Default, s_key, _output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _simulator.Run(TumorParameters.Default, s_key.Child(3), _output);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(_simulator.EventCount, Is.GreaterThan(50_000));
    }

    [Test]
    public void ARunCanBeCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => _simulator.Run(TumorParameters.Default, s_key, _output, cancelled.Token));

        _simulator.Begin(TumorParameters.Default, TumorLattice.Standard.StartTemplates[0]);
        Assert.Throws<OperationCanceledException>(() => _simulator.Continue(_output, cancelled.Token));
        Assert.That(_simulator.EventCount, Is.EqualTo(1024), "the first look at the token");
    }

    [Test]
    public void ARunawayStopsAtTheEventLimit()
    {
        var limited = new TumorSimulator(eventLimit: 5000);
        Assert.That(
            () => limited.Run(TumorParameters.Default, s_key, _output),
            Throws.InvalidOperationException.With.Message.Match(@"^more than 5000 events by hour \d+ \(\d+ cells\)"));
    }

    [Test]
    public void WrongArgumentsAreNamed()
    {
        Assert.That(
            () => _simulator.Run(TumorParameters.Default with { EcmDegradationRate = 0 }, s_key, _output),
            Throws.ArgumentException.With.Message.StartsWith("EcmDegradationRate: expected a rate in (0, 100] (steps of 0.01 h), got 0."));
        Assert.That(
            () => _simulator.Run(TumorParameters.Default with { InitialQuiescentFraction = double.NaN }, s_key, _output),
            Throws.ArgumentException.With.Message.StartsWith("InitialQuiescentFraction: expected a probability in [0, 1], got NaN."));
        Assert.That(
            () => _simulator.Run(TumorParameters.Default, s_key, new TumorOutput(10)),
            Throws.ArgumentException.With.Message.StartsWith("output: expected 300 bins, got 10."));
        Assert.That(
            () => TumorParameters.FromLog10([1, 2, 3]),
            Throws.ArgumentException.With.Message.StartsWith("exponents: expected 7 values, got 3."));
    }

    private TumorSimulator Begin(int startSite, double radius)
    {
        SearchTemplate start = TumorLattice.Standard.StartTemplates.Single(t => t.StartSite == startSite);
        _simulator.Begin(TumorParameters.Default with { InitialSpheroidRadius = radius }, start);
        return _simulator;
    }

    // Mean number of descendants of one cell that starts at stage 0: dm/dt of the 11 stages, by Runge-Kutta steps of 0.05 h.
    private static double ExpectedCells(double stageRate, double time)
    {
        const double Step = 0.05;
        double[] m = new double[11];
        m[0] = 1;
        for (double t = 0; t < time - Step / 2; t += Step)
        {
            double[] k1 = Slope(m);
            double[] k2 = Slope(Plus(m, k1, Step / 2));
            double[] k3 = Slope(Plus(m, k2, Step / 2));
            double[] k4 = Slope(Plus(m, k3, Step));
            for (int i = 0; i < m.Length; i++)
            {
                m[i] += Step / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
            }
        }

        return m.Sum();

        double[] Slope(double[] now) => [.. now.Select((x, i) => stageRate * ((i == 0 ? 2 * now[10] : now[i - 1]) - x))];

        static double[] Plus(double[] a, double[] b, double factor) => [.. a.Zip(b, (x, y) => x + factor * y)];
    }
}
