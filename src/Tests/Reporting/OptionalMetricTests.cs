using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

/// <summary>Result tables with a metric that only some settings have.</summary>
public sealed class OptionalMetricTests
{
    // Only where a tolerance decides are passes counted: elsewhere nothing is missing.
    [Test]
    public void PassesThatNobodyCountsAreNoHole()
    {
        ResultTable table = ResultTableBuilder.Build(
            new MeasurementTable(
            [
                SyntheticResults.Row("gmm", 1024, "fmpe", 30, "passes_per_draw", 25, null),
                SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
                SyntheticResults.Row("gmm", 1024, "fmpe", 30, "c2st", 0.6, 0),
            ]),
            PublishedResults.None,
            new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "T",
                Variant = "paper",
                Caption = "C",
                Styles = SyntheticResults.Styles,
                Metrics = ["c2st", "passes_per_draw"],
                Floor = false,
            });

        Assert.That(table.Holes(), Is.Empty);
        Assert.That(table.Rows.Select(r => r[^1].Text), Is.EquivalentTo(new[] { "25.0", "" }));
    }
}
