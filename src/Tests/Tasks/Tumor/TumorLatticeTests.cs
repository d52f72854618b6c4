using System.Globalization;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>The generated lattice against the original's, and against counts taken from the original.</summary>
[TestFixture]
public sealed class TumorLatticeTests
{
    private static readonly TumorLattice s_lattice = TumorLattice.Standard;

    [Test]
    public void TheCLibrarysGeneratorIsReproduced()
    {
        var zero = new GlibcRandom(0);
        Assert.That(zero.Next() / 2147483648.0, Is.EqualTo(0.8401877).Within(5e-8), "printed with seven digits");
        Assert.That(zero.Next() / 2147483648.0, Is.EqualTo(0.3943829).Within(5e-8));

        // srand(1) of the GNU C library: 1804289383, 846930886, 1681692777 (any Linux); seed 0 is the same stream.
        var one = new GlibcRandom(1);
        Assert.That(new[] { one.Next(), one.Next(), one.Next() }, Is.EqualTo(new[] { 1804289383, 846930886, 1681692777 }));
    }

    [Test]
    public void EverySiteHasTheOriginalsCoordinatesAndNeighbours()
    {
        string path = Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "tumor", "lattice_A.csv.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        Assert.That(reader.ReadLine(), Is.EqualTo("site,x,y,neighbours"));
        int site = 0;
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            string ours = string.Create(
                CultureInfo.InvariantCulture,
                $"{site},{s_lattice.X[site]:R},{s_lattice.Y[site]:R},{string.Join(' ', s_lattice.NeighboursOf(site).ToArray())}");
            double x = double.Parse(cells[1], CultureInfo.InvariantCulture);
            double y = double.Parse(cells[2], CultureInfo.InvariantCulture);
            string theirs = string.Create(CultureInfo.InvariantCulture, $"{cells[0]},{x:R},{y:R},{cells[3]}");
            Assert.That(ours, Is.EqualTo(theirs));
            site++;
        }

        Assert.That(site, Is.EqualTo(TumorLattice.SiteCount));
    }

    [Test]
    public void CountsAreTheOriginals()
    {
        Assert.That(s_lattice.EdgeCount, Is.EqualTo(29929));
        int[] degrees = new int[14];
        double length = 0;
        for (int i = 0; i < TumorLattice.SiteCount; i++)
        {
            degrees[s_lattice.DegreeOf(i)]++;
            foreach (short n in s_lattice.NeighboursOf(i))
            {
                length += Math.Sqrt(s_lattice.SquaredDistance(i, n));
            }
        }

        Assert.That(degrees, Is.EqualTo(new[] { 0, 0, 0, 20, 616, 2729, 3681, 2188, 640, 103, 18, 2, 1, 2 }));
        Assert.That(length / (2 * s_lattice.EdgeCount), Is.EqualTo(1.171).Within(5e-4), "printed with four digits");
        Assert.That(s_lattice.IsEdge.ToArray().Count(e => e), Is.EqualTo(401));
        Assert.That(s_lattice.CentralSite, Is.EqualTo(4949));
    }

    [Test]
    public void TheOtherDrawingOrderGivesTheShippedSamplesLattice()
    {
        var other = new TumorLattice(LatticeOrder.XThenY);
        Assert.That((other.X[0], other.Y[0]), Is.EqualTo((0.8401877, 0.3943829)));
        Assert.That(other.IsEdge.ToArray().Count(e => e), Is.EqualTo(399));
        Assert.That(other.CentralSite, Is.EqualTo(5049));
        Assert.That(other.StartTemplates.Select(t => t.StartSite), Is.EqualTo(new[] { 4949, 5048, 5050, 5149, 5150 }));
    }

    [TestCase(4948, new[] { 7, 16, 24, 31, 38, 45, 50, 62, 68, 70 })]
    [TestCase(4950, new[] { 7, 16, 25, 34, 37, 43, 53, 63, 67, 78 })]
    [TestCase(5048, new[] { 7, 14, 22, 30, 37, 45, 53, 58, 68, 75 })]
    [TestCase(5049, new[] { 5, 11, 19, 28, 36, 40, 51, 56, 63, 74 })]
    [TestCase(5050, new[] { 7, 11, 21, 32, 37, 41, 50, 57, 65, 75 })]
    public void SearchShellsHaveTheOriginalsSizes(int startSite, int[] sizes)
    {
        SearchTemplate template = s_lattice.StartTemplates.Single(t => t.StartSite == startSite);
        Assert.That(Enumerable.Range(1, 10).Select(g => template.Shell(g).Length), Is.EqualTo(sizes));
        Assert.That(s_lattice.StartTemplates, Has.Length.EqualTo(5));
    }
}
