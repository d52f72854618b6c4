using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Nightly;

/// <summary>Where the level of a series changes, on series whose answer is known.</summary>
internal sealed class ChangePointsTests
{
    [Test]
    public void AFlatSeriesHasNone() => Assert.That(ChangePoints.Find([1, 1, 1, 1, 1, 1, 1, 1], 0, 0), Is.Empty);

    [Test]
    public void AStepIsAtTheFirstValueOfTheNewLevel() =>
        Assert.That(ChangePoints.Find([.. Wave(12, 1), .. Wave(6, 1.5)], 0, 0), Is.EqualTo(new[] { 12 }));

    [Test]
    public void AChangeAndItsReturnAreTwo() =>
        Assert.That(ChangePoints.Find([.. Wave(15, 1), .. Wave(8, 1.4), .. Wave(15, 1)], 0, 0), Is.EqualTo(new[] { 15, 23 }));

    [Test]
    public void ASingleOutlierIsNone() =>
        Assert.That(ChangePoints.Find([.. Wave(12, 1), 3, .. Wave(12, 1)], 0, 0), Is.Empty);

    [Test]
    public void AStepBelowTheLeastIsNone() =>
        Assert.That(ChangePoints.Find([.. Wave(12, 1), .. Wave(12, 1.1)], 0, leastStep: 0.2), Is.Empty);

    // Trainings on one machine repeat bit for bit: a change of the order of a sum is a step without any scatter.
    [Test]
    public void KnownNoiseExplainsAStepOfExactNumbers()
    {
        double[] values = [.. Enumerable.Repeat(1.0, 10), .. Enumerable.Repeat(1.01, 10)];

        Assert.That(ChangePoints.Find(values, 0, 0), Is.EqualTo(new[] { 10 }));
        Assert.That(ChangePoints.Find(values, noise: 0.01, 0), Is.Empty);
    }

    [Test]
    public void TheSplitIsWhereTheEnergyStatisticIsLargest()
    {
        double[] values = [0.3, 0.1, 0.2, 0.25, 0.15, 0.9, 0.8, 1.0, 0.85, 0.95];
        int expected = Enumerable.Range(4, 3).MaxBy(k => Energy(values[..k], values[k..]));

        Assert.That(ChangePoints.Find(values, 0, 0), Is.EqualTo(new[] { expected }).And.EqualTo(new[] { 5 }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(7)]
    public void ShortSeriesHaveNone(int count) => Assert.That(ChangePoints.Find(Wave(count, 1), 0, 0), Is.Empty);

    // From the definition, pair by pair.
    private static double Energy(double[] x, double[] y)
    {
        double m = x.Length, n = y.Length;
        return m * n / (m + n) * (2 * x.SelectMany(a => y, (a, b) => Math.Abs(a - b)).Average() - Within(x) - Within(y));

        static double Within(double[] v) =>
            v.SelectMany((a, i) => v.Skip(i + 1), (a, b) => Math.Abs(a - b)).DefaultIfEmpty().Average();
    }

    private static double[] Wave(int count, double level) => [.. Enumerable.Range(0, count).Select(i => level + 0.02 * Math.Sin(2.4 * i))];
}
