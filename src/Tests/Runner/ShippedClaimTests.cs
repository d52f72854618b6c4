using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Tests.Runner;

/// <summary>The claims in the experiment files.</summary>
public sealed class ShippedClaimTests
{
    public static IEnumerable<string> Files => Repository.Experiments.Select(f => Path.GetFileName(f)!);

    [TestCaseSource(nameof(Files))]
    public void EveryClaimIsAboutSettingsThatTheExperimentMeasures(string file)
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", file)).Load();
        RunPlan plan = new(experiment, "paper", "cache", "cpu");
        string[] metrics = [.. experiment.Claims.Select(c => c.Metric).Distinct()];
        MeasurementTable everything = new(
            from sample in plan.Samples
            from metric in metrics
            from dataSet in new[] { 0, 1 }
            select new Measurement
            {
                Experiment = experiment.Name,
                Variant = "paper",
                Contender = sample.Train.Contender,
                Budget = sample.Train.Budget,
                Replicate = 0,
                Steps = sample.Steps,
                DataSet = metric == MetricStyle.Seconds ? null : dataSet,
                Metric = metric,
                Value = 1 + dataSet,
            } into row
            group row by (row.Contender, row.Budget, row.Steps, row.Metric, row.DataSet) into same
            select same.First());

        ClaimFinding[] findings =
        [
            .. experiment.Claims.Select(c =>
                c.Judge(new ClaimEvidence(everything, PublishedResults.None, experiment.Name, "paper", ReportStyles.Of(experiment)))
            ),
        ];

        Assert.That(findings.Where(f => f.Verdict == Verdict.NotMeasured).Select(f => $"{f.Claim.Id}: {f.Numbers}"), Is.Empty);
        Assert.That(experiment.Claims.Select(c => c.Id), Is.Unique);
        Assert.That(experiment.Claims, Is.Not.Empty);
    }

    [TestCaseSource(nameof(Files))]
    public void ARatioWhoseLimitsThePaperDoesNotPrintSaysThatTheyAreOurs(string file)
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", file)).Load();

        Claim[] limited = [.. experiment.Claims.OfType<RatioClaim>().Where(c => (c.AtLeast ?? 1) != 1 || (c.AtMost ?? 1) != 1)];

        Assert.That(limited.Where(c => c.OurLimits.Length == 0).Select(c => c.Id), Is.Empty);
    }

    [TestCase(
        "claims=[{kind: lower, id: a, text: t, source: s, left: {contender: cmpe, budget: 1024, steps: 10}}]",
        "'a': expected either 'right' or 'constant'"
    )]
    [TestCase(
        "claims=[{kind: trend, id: a, text: t, source: s, contender: npe, along: budget, points: [1, 2], direction: increases}]",
        "'a': there is no contender 'npe'; the contenders are acf, nsf, fmpe, fmpe-adaptive, cmpe"
    )]
    [TestCase("claims=[{kind: higher, id: a, text: t, source: s}]", "expected one of best, best-steps, lower, ratio, trend, got 'higher'")]
    public void AClaimThatCannotBeDecidedIsRefused(string setting, string expected)
    {
        RunRequest request = Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml"), null, null, setting);

        ConfigurationException? refused = Assert.Throws<ConfigurationException>(() => request.Load());

        Assert.That(string.Join('\n', refused!.Problems), Does.Contain(expected));
    }
}
