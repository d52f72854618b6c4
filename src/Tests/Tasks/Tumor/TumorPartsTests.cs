using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>The fast parts of the simulator against slow and obvious ways to compute the same.</summary>
[TestFixture]
public sealed class TumorPartsTests
{
    private static readonly TumorLattice s_lattice = TumorLattice.Standard;
    private static readonly SearchTemplate s_start = s_lattice.StartTemplates[3];
    private Xoshiro256 _random = new(RandomKey.FromSeed(99).Child("tumor-parts"));

    [TestCase(0.005, 0.0008)]
    [TestCase(0.3, 1.0)]
    [TestCase(0.01, 1e-5)]
    public void TheLazyMatrixIsTheEulerSchemeOnAllSites(double production, double degradation)
    {
        const int Steps = 3000;
        var field = new EcmField(s_lattice, TumorSimulator.EndTime);
        field.Reset(production, degradation);
        double[] value = new double[TumorLattice.SiteCount];
        bool[] occupied = new bool[TumorLattice.SiteCount];
        double[] source = new double[TumorLattice.SiteCount];
        for (int step = 0; step < Steps; step++)
        {
            if (step % 10 == 0)
            {
                int site = _random.NextIndex(TumorLattice.SiteCount);
                if (!occupied[site])
                {
                    occupied[site] = true;
                    field.AddSource(site, step);
                    source = Sources(occupied, production);
                }
            }

            for (int v = 0; v < value.Length; v++)
            {
                value[v] += EcmField.TimeStep * (source[v] - degradation * value[v]);
            }
        }

        double largest = value.Max();
        for (int v = 0; v < value.Length; v++)
        {
            // s/k - (s/k - e) cancels about log10(1 / (k t)) digits: 1e-16 / (1e-5 * 30) at the worst of the cases.
            Assert.That(field.Read(v, Steps), Is.EqualTo(value[v]).Within(1e-9 * largest));
        }
    }

    [Test]
    public void TheFullDomainsSteadyStateIsProductionOverDegradation()
    {
        var field = new EcmField(s_lattice, TumorSimulator.EndTime);
        field.Reset(0.02, 50);
        for (int site = 0; site < TumorLattice.SiteCount; site++)
        {
            field.AddSource(site, 0);
        }

        double[] relative = [.. Enumerable.Range(0, TumorLattice.SiteCount).Select(v => field.Read(v, 50_000) / (0.02 / 50))];
        double mean = relative.Average();
        Assert.That(mean, Is.EqualTo(1).Within(1e-12));
        Assert.That(Math.Sqrt(relative.Average(r => (r - mean) * (r - mean))), Is.EqualTo(0.11).Within(0.005), "given as 11 %");
        Assert.That(relative.Min(), Is.EqualTo(0.70).Within(0.01), "given to two digits");
        Assert.That(relative.Max(), Is.EqualTo(1.62).Within(0.01), "given to two digits");
    }

    [Test]
    public void StepsAreCountedAtMultiplesOfTheTimeStep()
    {
        // Steps 0 .. floor(t / 0.01) are done after an event at t > 0.
        Assert.That(EcmField.StepsAt(0), Is.Zero);
        Assert.That(EcmField.StepsAt(0.001), Is.EqualTo(1));
        Assert.That(EcmField.StepsAt(0.0101), Is.EqualTo(2));
        Assert.That(EcmField.StepsAt(499.999), Is.EqualTo(50_000));
    }

    [TestCase(8.0, 0.002, TestName = "Border distances of a compact disk")]
    [TestCase(60.0, 0.9, TestName = "Border distances of a sponge at the sides")]
    [TestCase(25.0, 0.0, TestName = "Border distances up to the whole domain")]
    public void BorderDistancesAreTheShortestOverTheBorderList(double jitter, double holes)
    {
        // Sites are taken from the middle outwards with noise, some are left out: fronts, holes, islands and sides all occur.
        var occupancy = new Occupancy(s_lattice);
        occupancy.Reset(s_start);
        const double Cutoff = 23.5;
        var border = new BorderDistance(s_lattice, Cutoff);
        border.Reset();
        int[] order =
        [
            .. Enumerable.Range(0, TumorLattice.SiteCount)
                .Where(_ => _random.NextDouble() > holes * 0.2)
                .OrderBy(v => Math.Sqrt(s_lattice.SquaredDistance(v, s_start.StartSite)) + jitter * _random.NextDouble()),
        ];
        int begin = 0;
        foreach (int end in new[] { 300, 360, 900, 5000, 5100, 7900, order.Length - 10, order.Length })
        {
            foreach (int site in order[begin..Math.Min(end, order.Length)])
            {
                occupancy.Take(site);
            }

            begin = Math.Min(end, order.Length);
            border.Update(occupancy);
            int[] list = BorderList(occupancy);
            for (int site = 0; site < TumorLattice.SiteCount; site += 1 + _random.NextIndex(5))
            {
                if (occupancy.IsTaken(site))
                {
                    double expected = list.Min(b => s_lattice.SquaredDistance(site, b));
                    Assert.That(
                        border.SquaredTo(site),
                        Is.EqualTo(expected < Cutoff * Cutoff ? expected : double.PositiveInfinity),
                        $"site {site} of {begin}"
                    );
                }
            }
        }
    }

    [Test]
    public void TheFullDomainsDeepestCellIsWhereTheOriginalHasIt()
    {
        var occupancy = new Occupancy(s_lattice);
        occupancy.Reset(s_start);
        var cells = new CellPopulation();
        cells.Reset();
        var field = new EcmField(s_lattice, TumorSimulator.EndTime);
        field.Reset(1, 1);
        for (int site = 0; site < TumorLattice.SiteCount; site++)
        {
            occupancy.Take(site);
            cells.Add(site);
            field.AddSource(site, 0);
        }

        Assert.That(TumorSimulator.GrowthUnit * occupancy.BorderRadius(), Is.EqualTo(768.3686416).Within(5e-8));

        var border = new BorderDistance(s_lattice, 100);
        border.Reset();
        border.Update(occupancy);
        double deepest = RadialProfiles.Unit * Math.Sqrt(Enumerable.Range(0, TumorLattice.SiteCount).Max(border.SquaredTo));
        Assert.That(deepest, Is.EqualTo(643.846).Within(5e-4));

        var profiles = new RadialProfiles(s_lattice, 1000);
        profiles.Reset();
        profiles.AddSnapshot(occupancy, cells, field, 1000);
        double[] ecm = new double[1000];
        profiles.Write(new double[1000], ecm);
        Assert.That(Array.FindLastIndex(ecm, e => e != 0), Is.EqualTo(642));
    }

    [Test]
    public void TheSearchTakesARandomSiteOfTheFirstShellThatHasAny()
    {
        var occupancy = new Occupancy(s_lattice);
        occupancy.Reset(s_start);
        HashSet<int> free = [.. s_start.Shell(3).ToArray().Take(3).Concat(s_start.Shell(4).ToArray()).Select(o => o + s_start.StartSite)];
        foreach (int site in Enumerable.Range(0, TumorLattice.SiteCount).Where(v => !free.Contains(v)))
        {
            occupancy.Take(site);
        }

        var found = new Dictionary<int, int>();
        for (int i = 0; i < 3000; i++)
        {
            int site = occupancy.FindFree(s_start.StartSite, ref _random);
            found[site] = found.GetValueOrDefault(site) + 1;
        }

        int[] expected = [.. s_start.Shell(3).ToArray().Take(3).Select(o => o + s_start.StartSite)];
        Assert.That(found.Keys, Is.EquivalentTo(expected));

        // 1000 expected of each, standard deviation 26: five of them.
        Assert.That(found.Values, Is.All.EqualTo(1000).Within(130));

        foreach (int site in expected)
        {
            occupancy.Take(site);
        }

        int next = occupancy.FindFree(s_start.StartSite, ref _random);
        Assert.That(s_start.Shell(4).ToArray(), Does.Contain((short)(next - s_start.StartSite)));
        foreach (int site in free.Where(v => !expected.Contains(v)))
        {
            occupancy.Take(site);
        }

        Assert.That(occupancy.FindFree(s_start.StartSite, ref _random), Is.EqualTo(-1));
        Assert.That(occupancy.TruncatedSquaredDistanceToFree(s_start.StartSite, ref _random), Is.EqualTo(200));
    }

    [Test]
    public void ShellsStepOverTheSideInOneDirectionOnly()
    {
        // The original's index arithmetic: over iy = 99 the search lands at iy = 0 of the next row, over ix = 0 it is stopped.
        const int AtTop = 5099;
        const int AtCorner = 3;
        var occupancy = new Occupancy(s_lattice);
        occupancy.Reset(s_start);
        foreach (int site in Enumerable.Range(0, TumorLattice.SiteCount).Where(v => v != 5100 && v != 9990))
        {
            occupancy.Take(site);
        }

        Assert.That(s_start.Shell(1).ToArray(), Does.Contain((short)1));
        Assert.That(occupancy.FindFree(AtTop, ref _random), Is.EqualTo(5100));
        Assert.That(occupancy.FindFree(AtCorner, ref _random), Is.EqualTo(-1));
        Assert.That(occupancy.FindFree(9999, ref _random), Is.EqualTo(9990));
    }

    [Test]
    public void APushedSiteBecomesTheLastOfItsCell()
    {
        var cells = new CellPopulation();
        cells.Reset();
        int single = cells.Add(10);
        int pair = cells.Add(20);
        cells.Grow(pair, 21);

        // Along the path 20, 21, 10, 11, from the free end: each content moves one on.
        cells.Push(10, 11);
        cells.Push(21, 10);
        cells.Push(20, 21);
        Assert.That((cells.At(11), cells.At(10), cells.At(21)), Is.EqualTo((single, pair, pair)));
        Assert.That((cells.FirstSite(single), cells.FirstSite(pair)), Is.EqualTo((11, 10)), "20 came first, moved last and is last now");
        int daughter = cells.Divide(pair);
        Assert.That((cells.FirstSite(daughter), cells.At(21)), Is.EqualTo((21, daughter)));
    }

    [Test]
    public void ABlockedCellNeitherTicksNorCountsUntilItIsPushedIntoTheOpen()
    {
        var occupancy = new Occupancy(s_lattice);
        occupancy.Reset(s_start);
        var cells = new CellPopulation();
        cells.Reset();
        int other = cells.Add(1);
        int cell = cells.Add(2);
        cells.SetCycling(other, true);
        cells.SetCycling(cell, true);
        Assert.That((cells.RunningCount, cells.IsProliferating(cell)), Is.EqualTo((2, true)));

        cells.Block(cell);
        Assert.That((cells.RunningCount, cells.BlockedCount, cells.IsProliferating(cell)), Is.EqualTo((1, 1, false)));
        Assert.That(cells.Running(0), Is.EqualTo(other));

        foreach (short neighbour in s_lattice.NeighboursOf(2))
        {
            occupancy.Take(neighbour);
        }

        cells.Refresh(cell, occupancy);
        Assert.That(
            (cells.RunningCount, cells.BlockedCount, cells.IsProliferating(cell)),
            Is.EqualTo((1, 0, false)),
            "still enclosed: stalled"
        );

        cells.Push(2, 5050);
        cells.Refresh(cell, occupancy);
        Assert.That((cells.RunningCount, cells.BlockedCount, cells.IsProliferating(cell)), Is.EqualTo((2, 0, true)));
    }

    private static double[] Sources(bool[] occupied, double production)
    {
        double[] source = new double[TumorLattice.SiteCount];
        for (int v = 0; v < source.Length; v++)
        {
            source[v] = occupied[v] ? 0.5 : 0;
            foreach (short u in s_lattice.NeighboursOf(v))
            {
                source[v] += occupied[u] ? 0.5 / s_lattice.DegreeOf(u) : 0;
            }

            source[v] *= production;
        }

        return source;
    }

    private static int[] BorderList(Occupancy occupancy)
    {
        var list = new HashSet<int>();
        foreach (short site in occupancy.TakenInOrder)
        {
            foreach (short neighbour in s_lattice.NeighboursOf(site))
            {
                if (s_lattice.IsEdge[site] || !occupancy.IsTaken(neighbour))
                {
                    list.Add(neighbour);
                }
            }
        }

        return [.. list];
    }
}
