using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Report;

namespace Reproduce.Tests.Runner;

/// <summary>What a run adds to a report, and what it must not take away.</summary>
public sealed class EarlierResultsTests
{
    [Test]
    public void WhatFailedThisTimeTakesNothingAway()
    {
        MeasurementTable before = new([Row("acf", 1, 0.7), Row("cmpe", 2, 0.6), Row("cmpe", 10, 0.65)]);
        EarlierResults earlier = new(before, null!, [], new Dictionary<string, string>());

        Measurement[] rows = [.. earlier.MergedInto([Row("cmpe", 2, null), Row("cmpe", 10, 0.5), Row("nsf", 1, null)])];

        Assert.That(
            rows.OrderBy(r => r.Contender, StringComparer.Ordinal)
                .ThenBy(r => r.Steps)
                .Select(r => (r.Contender, r.Steps, r.Status, r.Value)),
            Is.EqualTo(
                new[] { ("acf", 1, "ok", 0.7), ("cmpe", 2, "ok", 0.6), ("cmpe", 10, "ok", 0.5), ("nsf", 1, "no memory", double.NaN) }
            )
        );
    }

    [Test]
    public void SettingsOfContendersWithoutNumbersDecideNothing()
    {
        Dictionary<string, string> settings = new() { ["seed"] = "1", ["contenders.acf"] = "2", ["contenders.cmpe"] = "3" };

        Dictionary<string, string> kept = DecidingSettings.Restrict(settings, ["cmpe", "reference"]);

        Assert.That(kept, Is.EqualTo(new Dictionary<string, string> { ["seed"] = "1", ["contenders.cmpe"] = "3" }));
        Assert.That(
            DecidingSettings.Merge(new Dictionary<string, string> { ["seed"] = "1", ["contenders.acf"] = "4" }, kept),
            Is.EqualTo(new Dictionary<string, string> { ["seed"] = "1", ["contenders.acf"] = "4", ["contenders.cmpe"] = "3" }));
    }

    private static Measurement Row(string contender, int steps, double? value) => new()
    {
        Experiment = "tiny",
        Variant = "paper",
        Contender = contender,
        Budget = 64,
        Replicate = 0,
        Steps = steps,
        Metric = "c2st",
        DataSet = 0,
        Value = value ?? double.NaN,
        Status = value is null ? "no memory" : "ok",
    };
}
