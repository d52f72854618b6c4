using System.Numerics;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Exact distance from occupied sites to the nearest border point of the spheroid, kept from one snapshot to the next.
/// </summary>
/// <remarks>
/// Border points are the empty Delaunay neighbours of occupied sites, and all Delaunay neighbours of occupied edge sites. The nearest
/// empty site of all is always of the first kind: greedy steps over Delaunay neighbours from it towards the occupied site get closer,
/// so the first step is on an occupied site. The targets here are therefore all empty sites and the neighbours of occupied edge sites.
/// Empty sites only disappear, so a site's distance to them only grows: a new search is needed only when a site's nearest target has
/// gone, and may start at the old distance. The few targets that appear (at the edge) are relaxed once into the sites around them.
/// </remarks>
internal sealed class BorderDistance
{
    private const int Side = TumorLattice.Side;
    private const int Words = 2;
    private const short Unknown = -1;
    private const short Beyond = -2;

    // Coordinates are rounded to seven digits, so a point may lie this little outside its box.
    private const double Margin = 0.001;
    private readonly TumorLattice _lattice;
    private readonly double _cutoff;
    private readonly int _relaxRange;

    // Target bits by row (box ix, bit iy) and by column (box iy, bit ix): each side of a square ring is one masked run of bits.
    private readonly ulong[] _rows = new ulong[Side * Words];
    private readonly ulong[] _columns = new ulong[Side * Words];
    private readonly bool[] _edgeTarget = new bool[TumorLattice.SiteCount];
    private readonly short[] _nearest = new short[TumorLattice.SiteCount];

    // Squared distance to the nearest target; while that is unknown or has gone, a lower bound of it.
    private readonly double[] _squared = new double[TumorLattice.SiteCount];
    private int _seen;

    /// <summary>Distances up to a cut-off; beyond it they are infinite.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="cutoff">Lattice units.</param>
    public BorderDistance(TumorLattice lattice, double cutoff)
    {
        _lattice = lattice;
        _cutoff = cutoff;
        _relaxRange = (int)Math.Min(Math.Ceiling(cutoff) + 1, Side);
    }

    /// <summary>Forgets everything; the next <see cref="Update"/> starts from the occupancy it is given.</summary>
    public void Reset() => _seen = -1;

    /// <summary>Takes over the sites that have been occupied since the last call.</summary>
    /// <param name="occupancy">The occupancy now.</param>
    public void Update(Occupancy occupancy)
    {
        bool first = _seen < 0;
        if (first)
        {
            _seen = 0;
            Array.Fill(_nearest, Unknown);
            Array.Clear(_squared);
            Array.Clear(_edgeTarget);
            ulong lastWord = (1UL << (Side - 64)) - 1;
            for (int i = 0; i < Side; i++)
            {
                _rows[i * Words] = _columns[i * Words] = ulong.MaxValue;
                _rows[i * Words + 1] = _columns[i * Words + 1] = lastWord;
            }
        }

        ReadOnlySpan<short> arrived = occupancy.TakenInOrder[_seen..];
        foreach (short site in arrived)
        {
            if (_lattice.IsEdge[site])
            {
                foreach (short neighbour in _lattice.NeighboursOf(site))
                {
                    _edgeTarget[neighbour] = true;
                    if (!IsTarget(neighbour))
                    {
                        SetTarget(neighbour);
                        Relax(neighbour);
                    }
                }
            }
        }

        foreach (short site in arrived)
        {
            if (!_edgeTarget[site])
            {
                ClearTarget(site);
            }
        }

        _seen = occupancy.Count;
    }

    /// <summary>Squared distance to the nearest border point, lattice units; infinite beyond the cut-off.</summary>
    /// <param name="site">An occupied site.</param>
    public double SquaredTo(int site)
    {
        int nearest = _nearest[site];
        if (nearest >= 0 && IsTarget(nearest))
        {
            return _squared[site];
        }

        return nearest == Beyond || !Search(site) ? double.PositiveInfinity : _squared[site];
    }

    private bool Search(int site)
    {
        double bound = Math.Sqrt(_squared[site]);
        if (site > 0 && _nearest[site - 1] != Unknown)
        {
            bound = Math.Max(bound, Math.Sqrt(_squared[site - 1]) - Math.Sqrt(_lattice.SquaredDistance(site, site - 1)));
        }

        int ix = site / Side;
        int iy = site % Side;
        double fx = _lattice.X[site] - ix;
        double fy = _lattice.Y[site] - iy;
        double best = _cutoff * _cutoff;
        int nearest = Beyond;

        // The boxes of ring r are at most sqrt(2) (r + 1) away, so inner rings cannot hold a target as far as the bound.
        for (int r = Math.Max(0, (int)(bound * 0.7071) - 1); r < 2 || (r - 1 - Margin) * (r - 1 - Margin) <= best; r++)
        {
            int low = Math.Max(0, iy - r);
            int high = Math.Min(Side - 1, iy + r);
            Scan(_rows, ix - r, low, high, fx + r - 1, Side, 1, site, ref best, ref nearest);
            if (r > 0)
            {
                Scan(_rows, ix + r, low, high, r - fx, Side, 1, site, ref best, ref nearest);
                low = Math.Max(0, ix - r + 1);
                high = Math.Min(Side - 1, ix + r - 1);
                Scan(_columns, iy - r, low, high, fy + r - 1, 1, Side, site, ref best, ref nearest);
                Scan(_columns, iy + r, low, high, r - fy, 1, Side, site, ref best, ref nearest);
            }
        }

        _nearest[site] = (short)nearest;
        _squared[site] = best;
        return nearest >= 0;
    }

    // One side of a ring: the targets among positions low .. high of one line of boxes, if the line can be close enough at all.
    private void Scan(
        ulong[] lines,
        int line,
        int low,
        int high,
        double gap,
        int lineStep,
        int bitStep,
        int site,
        ref double best,
        ref int nearest
    )
    {
        if ((uint)line >= Side || (gap > Margin && (gap - Margin) * (gap - Margin) > best))
        {
            return;
        }

        for (int word = low >> 6; word <= high >> 6; word++)
        {
            ulong bits = lines[line * Words + word];
            int from = low - word * 64;
            int to = high - word * 64;
            bits &= from > 0 ? ulong.MaxValue << from : ulong.MaxValue;
            bits &= to < 63 ? (1UL << (to + 1)) - 1 : ulong.MaxValue;
            while (bits != 0)
            {
                int other = line * lineStep + (word * 64 + BitOperations.TrailingZeroCount(bits)) * bitStep;
                bits &= bits - 1;
                double squared = _lattice.SquaredDistance(site, other);
                if (squared < best)
                {
                    best = squared;
                    nearest = other;
                }
            }
        }
    }

    // A new target: it is the nearest one of every site whose distance (or lower bound) was larger.
    private void Relax(int target)
    {
        int ix = target / Side;
        int iy = target % Side;
        int last = Math.Min(Side - 1, iy + _relaxRange);
        for (int row = Math.Max(0, ix - _relaxRange); row <= Math.Min(Side - 1, ix + _relaxRange); row++)
        {
            for (int column = Math.Max(0, iy - _relaxRange); column <= last; column++)
            {
                int site = row * Side + column;
                double squared = _lattice.SquaredDistance(site, target);
                if (squared < _squared[site])
                {
                    _squared[site] = squared;
                    _nearest[site] = (short)target;
                }
            }
        }
    }

    private bool IsTarget(int site) => (_rows[site / Side * Words + (site % Side >> 6)] >> (site % Side) & 1) != 0;

    private void SetTarget(int site)
    {
        _rows[site / Side * Words + (site % Side >> 6)] |= 1UL << (site % Side);
        _columns[site % Side * Words + (site / Side >> 6)] |= 1UL << (site / Side);
    }

    private void ClearTarget(int site)
    {
        _rows[site / Side * Words + (site % Side >> 6)] &= ~(1UL << (site % Side));
        _columns[site % Side * Words + (site / Side >> 6)] &= ~(1UL << (site / Side));
    }
}
