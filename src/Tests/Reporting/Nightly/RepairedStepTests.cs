using System.Globalization;
using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Nightly;

/// <summary>What becomes of a step for the worse in the history when it is repaired, and when it is how it shall be.</summary>
public sealed class RepairedStepTests
{
    private const double Error = 0.01;

    // Small and without a trend.
    private static readonly double[] s_noise = [0.2, -0.3, 0.1, 0.4, -0.2, -0.1, 0.3, -0.4];

    [TestCase(NightlyKind.Quality)]
    [TestCase(NightlyKind.Speed)]
    public void AStepIsARegressionUntilItIsRepaired(NightlyKind kind)
    {
        NightlyPage stands = Page(kind, (8, 0), (12, 10)), repaired = Page(kind, (8, 0), (12, 10), (8, 0));

        Assert.That(stands.Regressions.Single().Index, Is.EqualTo(8));
        Assert.That(repaired.Series.Single().Changes, Has.Count.EqualTo(2));
        Assert.That(repaired.Regressions, Is.Empty);
        Assert.That(repaired.Compose(), Does.Contain("* worse, repaired: ").And.Contain("* better: "));
    }

    /// <summary>Of two steps one is taken back: the first stands, as the level is still worse than it was before it.</summary>
    [TestCase(NightlyKind.Quality)]
    [TestCase(NightlyKind.Speed)]
    public void HalfARepairIsNone(NightlyKind kind) =>
        Assert.That(Page(kind, (8, 0), (8, 10), (8, 20), (8, 10)).Regressions.Select(c => c.Index), Is.EqualTo(new[] { 8 }));

    /// <summary>
    /// A step whose first night is by chance not yet as bad is found a night late; that night was made the baseline, which accepts it. A
    /// baseline of a night before the step does not.
    /// </summary>
    /// <param name="baseline">The night that was made the baseline, from 0.</param>
    /// <param name="regressions">How many regressions there are.</param>
    [TestCase(6, 1)]
    [TestCase(7, 1)]
    [TestCase(8, 0)]
    [TestCase(9, 0)]
    [TestCase(12, 0)]
    public void ABaselineOfTheFirstNightAcceptsAStepThatIsFoundLate(int baseline, int regressions)
    {
        NightlyPage page = Page(NightlyKind.Quality, (8, 0), (1, 9), (8, 20));

        Assert.That(page.Series.Single().Changes.Single().Index, Is.EqualTo(9));
        Assert.That((page with { Baseline = Origin(baseline) }).Regressions.Count(), Is.EqualTo(regressions));
        Assert.That((Page(NightlyKind.Quality, (9, 0), (8, 20)) with { Baseline = Origin(8) }).Regressions.Count(), Is.EqualTo(1));
    }

    // Nights at levels, which are in standard errors, of a speed in hundredths.
    private static NightlyPage Page(NightlyKind kind, params (int Nights, double Level)[] parts)
    {
        double[] values = [.. parts.SelectMany(p => Enumerable.Repeat(p.Level, p.Nights)).Select((level, i) => level + s_noise[i % 8])];
        NightlyHistoryRow[] history =
        [
            .. values.Select((v, i) => new NightlyHistoryRow(
                Origin(i), kind, "gmm", "cmpe", kind == NightlyKind.Speed ? "ratio" : "c2st", 0.6 * (1 + 0.01 * v),
                kind == NightlyKind.Speed ? 0 : 0.6 * Error, NightlyOutcome.Unchanged)),
        ];
        return new NightlyPage
        {
            Origin = Origin(values.Length - 1),
            Baseline = null,
            Verdicts = [],
            Series = NightlySeries.Of(history, Origin(0).Key),
            Times = [],
            Trend = null,
        };
    }

    private static NightlyOrigin Origin(int night) => new(
        string.Create(CultureInfo.InvariantCulture, $"{new DateOnly(2026, 12, 1).AddDays(night):yyyy-MM-dd} 03:10Z"),
        "0123456789ab", "EPYC", "");
}
