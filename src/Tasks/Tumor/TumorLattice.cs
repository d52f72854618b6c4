namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The fixed unstructured lattice of the simulator: 100 x 100 sites, one at a random place in every unit box, and their Delaunay
/// neighbours. Immutable and safe to share between threads.
/// </summary>
/// <remarks>Site i lies in box [i / 100, i / 100 + 1) x [i % 100, i % 100 + 1). Coordinates are in lattice units (box edges).</remarks>
public sealed class TumorLattice
{
    /// <summary>Boxes along one side of the domain.</summary>
    public const int Side = 100;

    /// <summary>Number of sites.</summary>
    public const int SiteCount = Side * Side;

    /// <summary>Number of breadth-first layers in a search template.</summary>
    public const int ShellCount = 10;

    private static readonly Lazy<TumorLattice> s_standard = new(() => new TumorLattice(LatticeOrder.YThenX));

    private readonly double[] _x;
    private readonly double[] _y;
    private readonly int[] _start = new int[SiteCount + 1];
    private readonly short[] _neighbours;
    private readonly bool[] _edge = new bool[SiteCount];

    /// <summary>Generates a lattice (about half a second, most of it the triangulation).</summary>
    /// <param name="order">Order of the two offset draws.</param>
    public TumorLattice(LatticeOrder order)
    {
        (_x, _y, int[][] neighbours) = LatticePoints.Generate(Side, order);
        for (int i = 0; i < SiteCount; i++)
        {
            _start[i + 1] = _start[i] + neighbours[i].Length;
        }

        _neighbours = new short[_start[SiteCount]];
        for (int i = 0; i < SiteCount; i++)
        {
            for (int k = 0; k < neighbours[i].Length; k++)
            {
                _neighbours[_start[i] + k] = (short)neighbours[i][k];
            }
        }

        (double xMin, double xMax, double yMin, double yMax) = (_x.Min(), _x.Max(), _y.Min(), _y.Max());
        double width = Math.Sqrt((xMax - xMin) * (yMax - yMin) / SiteCount);
        (double xMid, double yMid) = ((xMin + xMax) / 2, (yMin + yMax) / 2);
        double nearest = double.MaxValue;
        for (int i = 0; i < SiteCount; i++)
        {
            _edge[i] = _x[i] < xMin + width || _x[i] > xMax - width || _y[i] < yMin + width || _y[i] > yMax - width;
            double distance = (_x[i] - xMid) * (_x[i] - xMid) + (_y[i] - yMid) * (_y[i] - yMid);
            if (distance < nearest)
            {
                nearest = distance;
                CentralSite = i;
            }
        }

        StartTemplates = Array.ConvertAll(NeighboursOf(CentralSite).ToArray(), s => new SearchTemplate(this, s));
    }

    /// <summary>The lattice of every g++ build of the original, generated at first use.</summary>
    public static TumorLattice Standard => s_standard.Value;

    /// <summary>x coordinates of the sites, lattice units.</summary>
    public ReadOnlySpan<double> X => _x;

    /// <summary>y coordinates of the sites, lattice units.</summary>
    public ReadOnlySpan<double> Y => _y;

    /// <summary>True for sites within one mean spacing of the domain's bounding box.</summary>
    public ReadOnlySpan<bool> IsEdge => _edge;

    /// <summary>The site closest to the middle of the bounding box.</summary>
    public int CentralSite { get; }

    /// <summary>Number of Delaunay edges.</summary>
    public int EdgeCount => _neighbours.Length / 2;

    /// <summary>One search template for each possible start site, the Delaunay neighbours of <see cref="CentralSite"/>.</summary>
    internal SearchTemplate[] StartTemplates { get; }

    /// <summary>The Delaunay neighbours of a site, ascending.</summary>
    /// <param name="site">A site.</param>
    public ReadOnlySpan<short> NeighboursOf(int site) => _neighbours.AsSpan(_start[site], _start[site + 1] - _start[site]);

    /// <summary>Number of Delaunay neighbours of a site.</summary>
    /// <param name="site">A site.</param>
    public int DegreeOf(int site) => _start[site + 1] - _start[site];

    /// <summary>Squared Euclidean distance of two sites, lattice units squared.</summary>
    /// <param name="a">A site.</param>
    /// <param name="b">A site.</param>
    public double SquaredDistance(int a, int b)
    {
        double dx = _x[a] - _x[b];
        double dy = _y[a] - _y[b];
        return dx * dx + dy * dy;
    }
}
