using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

/// <summary>The table of several experiments.</summary>
public sealed class SuiteTableTests
{
    private static readonly MeasurementTable s_measurements = new(
    [
        SyntheticResults.Row("one", 1000, "reference", 1, "c2st", 0.50, 0),
        SyntheticResults.Row("one", 1000, "reference", 1, "c2st", 0.51, 1),
        SyntheticResults.Row("one", 1000, "nsf", 1, "c2st", 0.70, 0),
        SyntheticResults.Row("one", 1000, "nsf", 1, "c2st", 0.72, 1),
        SyntheticResults.Row("one", 1000, "cmpe", 10, "c2st", 0.60, 0),
        SyntheticResults.Row("one", 1000, "cmpe", 10, "c2st", 0.64, 1),
        SyntheticResults.Row("one", 1000, "cmpe", 2, "c2st", 0.90, 0),
        SyntheticResults.Row("one", 10000, "nsf", 1, "c2st", 0.55, 0),
        SyntheticResults.Row("two", 1000, "nsf", 1, "c2st", 0.80, 0),
        SyntheticResults.Row("two", 1000, "nsf", 1, "c2st", 0.82, 1),
    ]);

    private static readonly PublishedResults s_published = new([Published("one", 1000, 0.71), Published("one", 10000, 0.61)]);

    [Test]
    public void ARowIsAnExperimentAndAColumnAContenderAtTheStepsThatAreShown()
    {
        ResultTable table = Table(1000);

        Assert.That(table.Columns.Select(c => c.Label), Is.EqualTo(new[] { "Task", "NSF", "CMPE, 10 steps", "Reference", "NPE" }));
        Assert.That(table.Rows[0].Select(c => c.Text.Split(' ')[0]), Is.EqualTo(new[] { "First", "0.710", "0.620", "0.505", "0.710" }));
        Assert.That(table.Rows[0].Select(c => c.Best), Is.EqualTo(new[] { false, false, true, false, false }));
        // A t interval of two observations: 12.706 times .01.
        Assert.That(table.Rows[0][1].PlusMinus, Is.EqualTo(12.706 * 0.01).Within(1e-4));
    }

    [Test]
    public void WhatWasNotRunIsAHole()
    {
        IReadOnlyList<TableCell> second = Table(1000).Rows[1];

        Assert.That(second[1].Value, Is.EqualTo(0.81).Within(1e-12));
        Assert.That(second[2].Hole, Is.EqualTo("not measured"));
        Assert.That((second[3].Text, second[4].Text), Is.EqualTo(("", "")), "nothing was published of it");
    }

    [Test]
    public void AnotherBudgetHasNumbersOfItsOwn()
    {
        IReadOnlyList<TableCell> first = Table(10000).Rows[0];

        Assert.That((first[1].Value, first[4].Value), Is.EqualTo((0.55, 0.61)));
        Assert.That(first[2].Hole, Is.EqualTo("not measured"));
    }

    private static ResultTable Table(int budget)
    {
        Dictionary<string, int> shown = new() { ["nsf"] = 1, ["cmpe"] = 10 };
        SuiteMember Member(string name, string title) => new(name, title, Measurement.PaperVariant, SyntheticResults.Styles, shown);
        return SuiteTable.Build(s_measurements, s_published, [Member("one", "First"), Member("two", "Second")], "c2st", budget, "x");
    }

    private static PublishedResult Published(string experiment, int budget, double value) => new()
    {
        Source = "somebody",
        Experiment = experiment,
        Network = "",
        Budget = budget,
        Contender = "NPE",
        Steps = 1,
        Metric = "c2st",
        Value = value,
    };
}
