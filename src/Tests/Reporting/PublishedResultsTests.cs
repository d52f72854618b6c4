using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class PublishedResultsTests
{
    private static readonly Lazy<PublishedResults> _published = new(() =>
        PublishedResults.Read(Path.Combine(Repository.Root, "results", "published", "published-results.csv"))
    );

    /// <summary>The committed numbers of the paper; the tests may run from any output folder below the root.</summary>
    internal static PublishedResults Published => _published.Value;

    /// <summary>Contenders with the networks that the paper has for images.</summary>
    internal static ContenderStyles Styles { get; } = ReportStyles.Of(
        from method in new[] { "fmpe", "cmpe" }
        from network in new[] { "naive", "u-net" }
        select new Contender($"{method}-{network.Replace("-", "", StringComparison.Ordinal)}", method, network));

    [TestCase("gmm", "cmpe", 1024, 2, "c2st", 0.678)]
    [TestCase("tumor", "cmpe", 19600, 30, "max_ece", 0.018)]
    [TestCase("denoising", "fmpe-unet", 2000, 248, "rmse", 0.278)]
    [TestCase("denoising", "cmpe-naive", 60000, 2, "ms_per_sample", 0.3)]
    [TestCase("kinematics", "fmpe", 8192, 1000, "c2st", 0.767)]
    public void FindsTheNumberOfASetting(string experiment, string contender, int budget, int steps, string metric, double expected) =>
        Assert.That(
            Published.All(experiment, Styles.Of(contender), new Setting(contender, budget, steps), metric).Single().Value,
            Is.EqualTo(expected)
        );

    [Test]
    public void HasNoNumberWhereThePaperHasNone() =>
        Assert.That(Published.All("gmm", Styles.Of("npse"), new Setting("npse", 1024, 10), "c2st"), Is.Empty);

    [Test]
    public void EverySourceIsShownAndTheirDisagreementIsKnown()
    {
        IReadOnlyList<PublishedResult> both = Published.All("gmm", Styles.Of("cmpe"), new Setting("cmpe", 8192, 10), "c2st");
        (PublishedResult? first, PublishedResult? second) = Published.Disagreements("gmm")[0];

        Assert.Multiple(() =>
        {
            Assert.That(
                both.Select(r => (r.SourceName, r.Value, r.ReadingError)),
                Is.EqualTo(new[] { ("Figure 4", 0.636, 0.005), ("steps figure of the newer version", 0.605, 0.003) })
            );
            Assert.That((first.Steps, first.Value, second.Steps, second.Value), Is.EqualTo((30, 0.705, 30, 0.615)));
            Assert.That(Published.Disagreements("two_moons"), Is.Empty);
            Assert.That(
                Published.All("tumor", Styles.Of("acf"), new Setting("acf", 19600, 1), "rmse").Single()
                    is { SourceName: "Table 3", ReadingError: 0 }
            );
        });
    }

    [Test]
    public void CurvesComeFromOneSourceInOrder()
    {
        IReadOnlyList<PublishedResult> steps = Published.OverSteps("gmm", 1024, Styles.Of("cmpe"), "c2st")[0];
        IReadOnlyList<PublishedResult> network = Published.OverSteps("denoising", 60000, Styles.Of("cmpe-unet"), "rmse").Single();
        Assert.That(network.Select(r => (r.Steps, r.Value)), Is.EqualTo(new[] { (2, 0.238) }), "table 2");
        IReadOnlyList<PublishedResult> budgets = Published.OverBudgets("two_moons", Styles.Of("fmpe"), 1000, "c2st")[0];

        Assert.Multiple(() =>
        {
            Assert.That(string.Join(" ", steps.Select(r => r.Steps)), Is.EqualTo("2 5 7 8 10 20 30 40 50 100"));
            Assert.That(steps.Select(r => r.Source), Is.All.EqualTo("fig3"));
            Assert.That(
                Published.OverSteps("gmm", 8192, Styles.Of("cmpe"), "c2st").Select(c => (c[0].Source, c.Count)),
                Is.EqualTo(new[] { ("fig_steps", 10), ("fig4b", 2) })
            );
            Assert.That(string.Join(" ", budgets.Select(r => r.Budget)), Is.EqualTo("512 1024 2048 4096 8192"));
        });
    }
}
