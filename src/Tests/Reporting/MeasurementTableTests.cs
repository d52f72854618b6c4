using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class MeasurementTableTests
{
    private const string Header = "experiment,variant,contender,method,network,budget,replicate,steps,data_set,metric,value,status";

    private string _folder = "";

    [SetUp]
    public void MakeFolder() =>
        _folder = Directory
            .CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "reporting", Guid.NewGuid().ToString("N")))
            .FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void WritesOneLinePerMeasurementInAStableOrder()
    {
        var table = new MeasurementTable(
        [
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "seconds_per_1000_draws", 0.1 + 0.2, null),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.61, 1),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0, 0, status: "diverged, at step 3"),
            SyntheticResults.Row("gmm", 512, "cmpe", 10, "c2st", 1e-300, 0),
        ]);

        MeasurementFile.Write(table, _folder);

        Assert.That(File.ReadAllText(Path.Combine(_folder, MeasurementFile.Name)), Is.EqualTo("""
            experiment,variant,contender,method,network,budget,replicate,steps,data_set,metric,value,status
            gmm,paper,cmpe,cmpe,,512,0,10,0,c2st,1E-300,ok
            gmm,paper,cmpe,cmpe,,1024,0,10,0,c2st,,"diverged, at step 3"
            gmm,paper,cmpe,cmpe,,1024,0,10,1,c2st,0.61,ok
            gmm,paper,cmpe,cmpe,,1024,0,10,,seconds_per_1000_draws,0.30000000000000004,ok

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void ReadsBackWhatItWrote()
    {
        MeasurementTable table = SyntheticResults.Experiment("gmm", [512, 1024], dataSets: 3);
        MeasurementFile.Write(table, _folder);

        Assert.That(MeasurementFile.Find(_folder), Is.EqualTo(Path.Combine(_folder, "measurements.csv")));
        Assert.That(MeasurementTable.Read(MeasurementFile.Find(_folder)!).Rows, Is.EqualTo(table.Rows));
    }

    /// <summary>Files of before contenders had free names have no columns for kind and network.</summary>
    [TestCase("cmpe", "cmpe", "")]
    [TestCase("fmpe-naive", "fmpe", "naive")]
    [TestCase("fmpe-unet", "fmpe", "u-net")]
    [TestCase("cmpe-shared-mask", "cmpe", "")]
    [TestCase("reference", "", "")]
    public void AFormerFileSaysKindAndNetworkInTheName(string contender, string method, string network)
    {
        string path = Path.Combine(_folder, "measurements.csv");
        File.WriteAllText(
            path,
            $"experiment,variant,contender,budget,replicate,steps,data_set,metric,value,status\na,paper,{contender},8,0,1,,rmse,1,ok\n"
        );

        Measurement row = MeasurementTable.Read(path).Rows.Single();

        Assert.That((row.Contender, row.Method, row.Network, row.Budget), Is.EqualTo((contender, method, network, 8)));
    }

    [Test]
    public void ContendersAreKnownWithKindAndNetwork()
    {
        Measurement row = SyntheticResults.Row("gmm", 8, "my_unet", 1, "rmse", 1, 0) with { Method = "cmpe", Network = "u-net" };
        MeasurementFile.Write(new MeasurementTable([row, SyntheticResults.Row("gmm", 8, "reference", 1, "rmse", 1, 0)]), _folder);

        Assert.That(
            MeasurementTable.Read(MeasurementFile.Find(_folder)!).Contenders,
            Is.EqualTo(new[] { new Contender("my_unet", "cmpe", "u-net") })
        );
    }

    [Test]
    public void ALargeTableIsCompressedAndTakesThePlaceOfThePlainOne()
    {
        MeasurementTable small = SyntheticResults.Experiment("gmm", [512], dataSets: 1);
        MeasurementTable large = Large();
        string plain = Path.Combine(_folder, "measurements.csv"), compressed = Path.Combine(_folder, "measurements.csv.gz");

        MeasurementFile.Write(small, _folder);
        MeasurementFile.Write(large, _folder);
        byte[] first = File.ReadAllBytes(compressed);

        Assert.Multiple(() =>
        {
            Assert.That(plain, Does.Not.Exist);
            Assert.That(MeasurementFile.Find(_folder), Is.EqualTo(compressed));
            Assert.That(MeasurementTable.Read(compressed).Rows, Is.EqualTo(large.Rows));
            Assert.That(first, Has.Length.LessThan(MeasurementFile.MostPlainBytes / 2));
            // RFC 1952: no name, no time, no system, so that the same numbers are the same file.
            Assert.That(first[3..8].Concat([first[9]]), Is.EqualTo(new byte[] { 0, 0, 0, 0, 0, 255 }));
        });

        MeasurementFile.Write(large, _folder);
        Assert.That(File.ReadAllBytes(compressed), Is.EqualTo(first));
        MeasurementFile.Write(small, _folder);
        Assert.That(compressed, Does.Not.Exist);
        Assert.That(MeasurementTable.Read(MeasurementFile.Find(_folder)!).Rows, Is.EqualTo(small.Rows));
    }

    [Test]
    public void ADamagedCompressedTableIsNamed([Values(4, 2000)] int left)
    {
        MeasurementFile.Write(Large(), _folder);
        string path = MeasurementFile.Find(_folder)!;
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..left]);

        Assert.That(() => MeasurementTable.Read(path), Throws.TypeOf<MalformedTableException>().With.Message.StartsWith(path));
    }

    [Test]
    public void WhereThereIsNoTableNoneIsFound() => Assert.That(MeasurementFile.Find(_folder), Is.Null);

    // More than 1 MiB: 30000 rows of at least 36 characters.
    private static MeasurementTable Large() =>
        new(
            Enumerable
                .Range(0, 30_000)
                .Select(i => SyntheticResults.Row("kinematics", 1024, "cmpe", 10, "c2st", 0.5 + (0.1 * Math.Sin(i)), i))
        );

    [TestCase("gmm,paper,cmpe,cmpe,,1024,0,ten,0,c2st,0.6,ok", "{0}(3): column 'steps': 'ten' is not a whole number")]
    [TestCase("gmm,paper,cmpe,cmpe,,1024,0,10,0,c2st,\"0,6\",ok", "{0}(3): column 'value': '0,6' is not a finite number")]
    [TestCase("gmm,paper,cmpe,cmpe,,1024,0,10,0,c2st,NaN,ok", "{0}(3): column 'value': 'NaN' is not a finite number")]
    [TestCase(
        "gmm,paper,cmpe,cmpe,,1024,0,10,0,c2st,0.6,diverged",
        "{0}(3): column 'value': '0.6' beside the status 'diverged'; expected no value"
    )]
    [TestCase("gmm,paper,,cmpe,,1024,0,10,0,c2st,0.6,ok", "{0}(3): column 'contender': '' is not a name")]
    [TestCase("gmm,paper,my_cmpe,,,1024,0,10,0,c2st,0.6,ok", "{0}(3): column 'method': '' is not a name")]
    [TestCase("gmm,paper,cmpe", "{0}(3): 3 fields; expected 12")]
    public void MalformedLineIsNamedWithFileLineAndColumn(string line, string expected)
    {
        string path = Path.Combine(_folder, "measurements.csv");
        File.WriteAllText(path, $"{Header}\ngmm,paper,cmpe,cmpe,mlp,1024,0,10,5,c2st,0.6,ok\n{line}\n");

        Assert.That(
            () => MeasurementTable.Read(path),
            Throws.TypeOf<MalformedTableException>().With.Message.EqualTo(expected.Replace("{0}", path, StringComparison.Ordinal))
        );
    }

    [Test]
    public void WrongHeaderIsShownBesideTheExpectedOne()
    {
        string path = Path.Combine(_folder, "measurements.csv");
        File.WriteAllText(path, "a,b\n");

        Assert.That(() => MeasurementTable.Read(path), Throws.TypeOf<MalformedTableException>().With.Message.EqualTo(
            $"{path}(1): the header is 'a,b'; expected '{Header}'"));
    }

    [Test]
    public void TheSameMeasurementTwiceIsRefused()
    {
        Measurement row = SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 4);

        Assert.That(() => new MeasurementTable([row, row]), Throws.ArgumentException.With.Message.StartsWith(
            "The same measurement appears twice: gmm, paper, cmpe, budget 1024, replicate 0, 10 steps, c2st, test set 4."));
    }

    [Test]
    public void TheStandardErrorIsOverTestSetsAndTrainings()
    {
        var table = new MeasurementTable(
        [
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.60, 0, replicate: 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.70, 1, replicate: 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.64, 0, replicate: 1),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.74, 1, replicate: 1),
        ]);

        Summary summary = table.Summarise(new MeasurementKey("gmm", "paper", new Setting("cmpe", 1024, 10), "c2st"));

        // Test sets: 0.62 and 0.72, sd 0.1/sqrt 2, over sqrt 2; trainings: 0.65 and 0.69 likewise.
        Assert.Multiple(() =>
        {
            Assert.That(summary.Mean, Is.EqualTo(0.67).Within(1e-12));
            Assert.That(summary.StandardError, Is.EqualTo(Math.Sqrt((0.05 * 0.05) + (0.02 * 0.02))).Within(1e-12));
            Assert.That((summary.DataSets, summary.Replicates), Is.EqualTo((2, 2)));
        });
    }

    [Test]
    public void FailuresAreCountedAndNamed()
    {
        var table = new MeasurementTable(
        [
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.60, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0, 1, status: "diverged"),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "rmse", 0, null, status: "out of memory"),
        ]);
        Summary Of(string metric) => table.Summarise(new MeasurementKey("gmm", "paper", new Setting("cmpe", 1024, 10), metric));

        Assert.Multiple(() =>
        {
            Assert.That((Of("c2st").Mean, Of("c2st").Hole), Is.EqualTo((0.60, "1 of 2 failed: diverged")));
            Assert.That((Of("rmse").HasValue, Of("rmse").Hole), Is.EqualTo((false, "failed: out of memory")));
            Assert.That((Of("mmd2").HasValue, Of("mmd2").Hole), Is.EqualTo((false, "not measured")));
        });
    }

    [TestCase(0.001234, 2, "0.0012")]
    [TestCase(0.0999, 2, "0.10")]
    [TestCase(12.34, 2, "12")]
    [TestCase(345, 2, "350")]
    [TestCase(0, 2, "0")]
    [TestCase(-1.26, 2, "-1.3")]
    public void SignificantDigits(double value, int digits, string expected) =>
        Assert.That(NumberText.Significant(value, digits), Is.EqualTo(expected));
}
