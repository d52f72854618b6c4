namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Which sites are taken, how many empty neighbours each site has, and the search for a free site. Sites are never freed.
/// </summary>
internal sealed class Occupancy
{
    private readonly TumorLattice _lattice;
    private readonly int _padding;

    // Padded with "taken" entries at both ends, so that an index offset that leaves the domain needs no test.
    private readonly byte[] _taken;
    private readonly byte[] _emptyNeighbours = new byte[TumorLattice.SiteCount];

    // Occupancy only grows, so the first shell around a site that still has a free site only moves outward.
    private readonly byte[] _firstShell = new byte[TumorLattice.SiteCount];
    private readonly short[] _order = new short[TumorLattice.SiteCount];
    private readonly int[] _candidates;
    private SearchTemplate _template;

    /// <summary>An empty lattice.</summary>
    /// <param name="lattice">The lattice.</param>
    public Occupancy(TumorLattice lattice)
    {
        _lattice = lattice;
        _template = lattice.StartTemplates[0];
        _padding = lattice.StartTemplates.Max(t => t.Reach);
        _taken = new byte[TumorLattice.SiteCount + 2 * _padding];
        _candidates = new int[lattice.StartTemplates.Max(t => t.LargestShell)];
    }

    /// <summary>Number of taken sites.</summary>
    public int Count { get; private set; }

    /// <summary>The taken sites in the order in which they were taken.</summary>
    public ReadOnlySpan<short> TakenInOrder => _order.AsSpan(0, Count);

    /// <summary>Frees all sites and chooses the search template of a run.</summary>
    /// <param name="template">The template of the run's start site.</param>
    public void Reset(SearchTemplate template)
    {
        _template = template;
        Count = 0;
        Array.Fill(_taken, (byte)1);
        Array.Clear(_taken, _padding, TumorLattice.SiteCount);
        Array.Fill(_firstShell, (byte)1);
        for (int i = 0; i < TumorLattice.SiteCount; i++)
        {
            _emptyNeighbours[i] = (byte)_lattice.DegreeOf(i);
        }
    }

    /// <summary>True when the site is taken.</summary>
    /// <param name="site">A site.</param>
    public bool IsTaken(int site) => _taken[site + _padding] != 0;

    /// <summary>True when at least one Delaunay neighbour of the site is free.</summary>
    /// <param name="site">A site.</param>
    public bool HasEmptyNeighbour(int site) => _emptyNeighbours[site] != 0;

    /// <summary>Takes a free site.</summary>
    /// <param name="site">The site.</param>
    public void Take(int site)
    {
        _taken[site + _padding] = 1;
        _order[Count++] = (short)site;
        foreach (short neighbour in _lattice.NeighboursOf(site))
        {
            _emptyNeighbours[neighbour]--;
        }
    }

    /// <summary>A uniformly random free site of the first search shell around a site that has any; -1 when all ten are full.</summary>
    /// <param name="site">The middle of the search.</param>
    /// <param name="random">Where the choice comes from.</param>
    public int FindFree(int site, ref Xoshiro256 random)
    {
        ReadOnlySpan<byte> around = _taken;
        int middle = site + _padding;
        for (int g = _firstShell[site]; g <= TumorLattice.ShellCount; g++)
        {
            // Without a branch in the loop: every index is stored, and only a free one advances the count.
            int[] candidates = _candidates;
            int count = 0;
            foreach (short offset in _template.Shell(g))
            {
                int other = middle + offset;
                candidates[count] = other;
                count += 1 - around[other];
            }

            if (count > 0)
            {
                _firstShell[site] = (byte)g;
                return candidates[random.NextIndex(count)] - _padding;
            }
        }

        _firstShell[site] = TumorLattice.ShellCount + 1;
        return -1;
    }

    /// <summary>
    /// Squared distance to a random free site, truncated to an integer as in the original; 200 where the search finds none.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="random">Where the search's choice comes from.</param>
    public int TruncatedSquaredDistanceToFree(int site, ref Xoshiro256 random)
    {
        const int NoFreeSite = 2 * TumorLattice.ShellCount * TumorLattice.ShellCount;
        int free = FindFree(site, ref random);
        return free < 0 ? NoFreeSite : (int)_lattice.SquaredDistance(site, free);
    }

    /// <summary>Root mean square distance of the border sites from their centroid, lattice units.</summary>
    /// <remarks>Border sites are the taken sites that are edge sites or have a free neighbour, those around holes included.</remarks>
    public double BorderRadius()
    {
        ReadOnlySpan<double> x = _lattice.X;
        ReadOnlySpan<double> y = _lattice.Y;
        ReadOnlySpan<bool> edge = _lattice.IsEdge;
        (double sumX, double sumY, double sumSquares) = (0, 0, 0);
        int count = 0;
        foreach (short site in TakenInOrder)
        {
            if (_emptyNeighbours[site] != 0 || edge[site])
            {
                // Relative to the middle of the domain, so that the difference of squares below loses no digits.
                double dx = x[site] - 0.5 * TumorLattice.Side;
                double dy = y[site] - 0.5 * TumorLattice.Side;
                sumX += dx;
                sumY += dy;
                sumSquares += dx * dx + dy * dy;
                count++;
            }
        }

        double n = Math.Max(count, 1);
        return Math.Sqrt(Math.Max(0, sumSquares / n - (sumX * sumX + sumY * sumY) / (n * n)));
    }
}
