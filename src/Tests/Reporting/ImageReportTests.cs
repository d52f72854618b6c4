using NUnit.Framework;
using Reproduce.Reporting;
using SkiaSharp;

namespace Reproduce.Tests.Reporting;

/// <summary>The table and the pictures of an experiment on images.</summary>
public sealed class ImageReportTests
{
    [Test]
    public void TheTablePutsThePaperBesideOurs()
    {
        Setting setting = new("cmpe-unet", 2000, 2);
        MeasurementTable measurements = new(
        [
            Row(MetricStyle.Rmse, 0.3, 0), Row(MetricStyle.Rmse, 0.5, 1), Row(MetricStyle.Mmd2, 0.012, 0), Row(MetricStyle.Mmd2, 0.014, 1),
            Row(MetricStyle.Mmd2Unbiased, 0.001, 0), Row(MetricStyle.Seconds, 1.25, null),
        ]);
        PublishedResults published = new([
            Paper("naive", "rmse", 0.9),
            Paper("u-net", "rmse", 0.311),
            Paper("u-net", "mmd_x1e3", 18.49),
            Paper("u-net", "ms_per_sample", 0.5),
        ]);
        ResultTable table = ImageTableBuilder.Build(
            measurements,
            published,
            new ResultTableRequest
            {
                Experiment = "denoising",
                Title = "T",
                Variant = "paper",
                Caption = "C",
                Styles = PublishedResultsTests.Styles,
                Planned = [setting],
            }
        );
        Dictionary<string, TableCell> row = table.Columns.Zip(table.Rows.Single()).ToDictionary(p => p.First.Name, p => p.Second);
        Assert.Multiple(() =>
        {
            Assert.That(
                (row["network"].Text, row["contender"].Text, row["budget"].Text, row["steps"].Text),
                Is.EqualTo(("U-Net", "CMPE", "2000", "2"))
            );
            Assert.That(row["rmse"].Best, Is.False, "one row is no contest");
            Assert.That(row["rmse"].Value, Is.EqualTo(0.4).Within(1e-12));
            // Of 0.3 and 0.5: 0.1414 / sqrt(2), one degree of freedom.
            Assert.That(row["rmse"].PlusMinus, Is.EqualTo(12.7062 * 0.1).Within(1e-5));
            Assert.That(row["paper_rmse"].Value, Is.EqualTo(0.311));
            Assert.That(row["mmd2_x1e3"].Value, Is.EqualTo(13).Within(1e-9));
            Assert.That(row["paper_mmd"].Value, Is.EqualTo(18.49));
            Assert.That(row["mmd2_unbiased_x1e3"].Value, Is.EqualTo(1).Within(1e-9));
            Assert.That((row["ms_per_draw"].Value, row["paper_ms"].Value), Is.EqualTo(((double?)1.25, (double?)0.5)));
        });

        static Measurement Row(string metric, double value, int? dataSet) => new()
        {
            Experiment = "denoising",
            Variant = "paper",
            Contender = "cmpe-unet",
            Budget = 2000,
            Replicate = 0,
            Steps = 2,
            Metric = metric,
            DataSet = dataSet,
            Value = value,
        };

        static PublishedResult Paper(string network, string metric, double value) => new()
        {
            Source = "table2",
            Experiment = "denoising",
            Network = network,
            Budget = metric == "ms_per_sample" ? null : 2000,
            Contender = "cmpe",
            Steps = 2,
            Metric = metric,
            Value = value,
        };
    }

    [Test]
    public void TheTableSaysWhatFailedAndCallsNothingBestThatHasNoBest()
    {
        string[] metrics = [MetricStyle.Rmse, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased];
        MeasurementTable measurements = new(
        [
            .. metrics.SelectMany(m => new[] { Row(2, m, 0.1, 0), Row(2, m, 0.2, 1), Row(5, m, 0.3, 0), Row(5, m, 0.4, 1) }),
            Row(2, MetricStyle.Rmse, 0, 2, "diverged"),
            Row(2, MetricStyle.Seconds, 1, 0), Row(2, MetricStyle.Seconds, 2, 1),
        ]);
        ResultTable table = ImageTableBuilder.Build(
            measurements,
            PublishedResults.None,
            new ResultTableRequest
            {
                Experiment = "denoising",
                Title = "T",
                Variant = "paper",
                Caption = "C",
                Styles = PublishedResultsTests.Styles,
                Planned = [new("cmpe-unet", 2000, 2), new("cmpe-unet", 2000, 5)],
            });
        Dictionary<string, TableCell> row = table.Columns.Zip(table.Rows[0]).ToDictionary(p => p.First.Name, p => p.Second);

        Assert.Multiple(() =>
        {
            Assert.That((row["rmse"].Best, row["mmd2_x1e3"].Best), Is.EqualTo((true, true)));
            Assert.That(row["mmd2_unbiased_x1e3"].Best, Is.False, "the lowest of an estimate around 0 is chance");
            Assert.That(row["rmse"].Hole, Is.EqualTo("1 of 3 failed: diverged"));
            Assert.That(DelimitedTable.Write(table).Split('\n')[0], Does.Contain("ms_per_draw,ms_per_draw_plus_minus"));
        });

        static Measurement Row(int steps, string metric, double value, int dataSet, string status = "ok") =>
            SyntheticResults.Row("denoising", 2000, "cmpe-unet", steps, metric, value, dataSet, status: status);
    }

    [Test]
    public void ImagesAreDrawnUprightInTheirPlaces()
    {
        // The upper half of the first image is black, the second is white below and black above the other way round.
        float[] darkAbove = [0, 0, 1, 1], darkBelow = [1, 1, 0, 0];
        Figure figure = ImageGrid.Create("t", "c", ["a", "b"], [new ImageRow("row", [darkAbove, darkBelow])]);
        using SKBitmap picture = SKBitmap.Decode(figure.ToPng(1));

        // Columns begin at 118 and are 52 wide, rows at 18.
        Assert.Multiple(() =>
        {
            Assert.That(Grey(118 + 25, 18 + 10), Is.LessThan(20));
            Assert.That(Grey(118 + 25, 18 + 40), Is.GreaterThan(235));
            Assert.That(Grey(118 + 52 + 25, 18 + 10), Is.GreaterThan(235));
            Assert.That(Grey(118 + 52 + 25, 18 + 40), Is.LessThan(20));
        });

        int Grey(int x, int y) => picture.GetPixel(x, y).Green;
    }
}
