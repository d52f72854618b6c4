using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class PosteriorRowFileTests
{
    private static readonly PosteriorRow s_row = new()
    {
        Title = "Two moons, x = (0, 0)",
        XName = "θ₁",
        YName = "θ₂",
        Truth = (0.25, -0.5),
        Cells =
        [
            new PosteriorCell { Contender = Measurement.Reference, Title = "Reference", X = [0.5, -1.25], Y = [1e-6, 3] },
            new PosteriorCell { Contender = "cmpe", Title = "CMPE, 10 steps", Chains = [[[0, 0], [0.5, 0.25]], [[0, 1], [2, 3]]] },
            new PosteriorCell { Contender = "fmpe", Title = "FMPE, 1000 steps", Hole = "diverged" },
        ],
    };

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(_path);

    [Test]
    public void ReadsBackWhatItWrote()
    {
        PosteriorRowFile.Write(s_row, _path);
        PosteriorRow row = PosteriorRowFile.Read(_path);

        Assert.That(
            (row.Title, row.XName, row.YName, row.Truth, row.View),
            Is.EqualTo((s_row.Title, s_row.XName, s_row.YName, s_row.Truth, s_row.View))
        );
        Assert.That(row.Cells, Has.Count.EqualTo(3));
        foreach ((PosteriorCell read, PosteriorCell written) in row.Cells.Zip(s_row.Cells))
        {
            Assert.That((read.Contender, read.Title, read.Hole), Is.EqualTo((written.Contender, written.Title, written.Hole)));
            Assert.That((read.X, read.Y, read.Chains), Is.EqualTo((written.X, written.Y, written.Chains)));
        }
    }

    [Test]
    public void KeepsWhatAFigureShowsAndNoMore()
    {
        double[] many = [.. Enumerable.Range(0, 100_000).Select(i => i + 1 / 3.0)];
        PosteriorRowFile.Write(s_row with { Cells = [new PosteriorCell { Contender = "acf", Title = "ACF", X = many, Y = many }] }, _path);
        double[] kept = PosteriorRowFile.Read(_path).Cells[0].X;

        Assert.That(kept, Has.Length.EqualTo(1500).And.Ordered.Ascending);
        Assert.That(kept[1], Is.EqualTo(66.333), "the 67th of 100,000 with five digits");
        Assert.That(new FileInfo(_path).Length, Is.LessThan(40_000));
    }

    [TestCase("", "$")]
    [TestCase("null", "it is empty")]
    [TestCase("{\"title\": \"a\"}", "x_name")]
    [TestCase(
        "{\"title\":\"a\",\"x_name\":\"b\",\"y_name\":\"c\",\"cells\":[{\"contender\":\"acf\",\"title\":\"ACF\",\"x\":[1],\"y\":[]}]}",
        "'ACF': expected two coordinates"
    )]
    [TestCase("{\"title\":\"a\",\n\"x_name\":1}", "(2)")]
    public void ADamagedFileIsNamedWithWhatToDo(string text, string expected)
    {
        File.WriteAllText(_path, text);

        Assert.That(
            () => PosteriorRowFile.Read(_path),
            Throws
                .TypeOf<MalformedTableException>()
                .With.Message.Contains(_path)
                .And.Message.Contains(expected)
                .And.Message.Contains("Run the experiment again")
        );
    }
}
