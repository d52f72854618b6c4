using System.Globalization;
using NetTopologySuite.Geometries;
using NetTopologySuite.Triangulate;
using NetTopologySuite.Triangulate.QuadEdge;

namespace Reproduce.Tasks.Tumor;

/// <summary>In which order the two random offsets of a lattice point are drawn; compilers differ, and so do the lattices.</summary>
public enum LatticeOrder
{
    /// <summary>First draw y, second x: any build with g++, and the reference runs used here ("lattice A").</summary>
    YThenX,

    /// <summary>First draw x, second y: the build behind the sample that pyABC's example ships ("lattice B").</summary>
    XThenY,
}

/// <summary>Places the original's lattice points and triangulates them.</summary>
/// <remarks>
/// One point in every unit box of a square grid, drawn with the C library's generator at seed 0, so that every run of every build of
/// one compiler family has the same lattice; neighbours are joined by a Delaunay triangulation that includes four auxiliary points
/// outside the corners, whose triangles are dropped (this leaves out some long edges along the hull).
/// </remarks>
internal static class LatticePoints
{
    private const double TwoTo31 = 2147483648.0;

    /// <summary>Coordinates of the sites and their neighbour lists, each ascending.</summary>
    /// <param name="side">Boxes along one side.</param>
    /// <param name="order">Order of the two offset draws.</param>
    public static (double[] X, double[] Y, int[][] Neighbours) Generate(int side, LatticeOrder order)
    {
        int count = side * side;
        var random = new GlibcRandom(0);
        double[] x = new double[count];
        double[] y = new double[count];
        (double xMin, double xMax, double yMin, double yMax) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);
        for (int i = 0; i < count; i++)
        {
            double first = random.Next() / TwoTo31;
            double second = random.Next() / TwoTo31;
            float px = (float)(i / side + (order == LatticeOrder.YThenX ? second : first));
            float py = (float)(i % side + (order == LatticeOrder.YThenX ? first : second));
            (xMin, xMax, yMin, yMax) = (Math.Min(xMin, px), Math.Max(xMax, px), Math.Min(yMin, py), Math.Max(yMax, py));
            x[i] = SevenDigits(px);
            y[i] = SevenDigits(py);
        }

        var points = new Dictionary<Coordinate, int>(count + 4);
        for (int i = 0; i < count; i++)
        {
            points.Add(new Coordinate(x[i], y[i]), i);
        }

        for (int f = 0; f < 4; f++)
        {
            // Outward by up to one unit, in both directions, from the corner of the bounding box: further out at corners 0 and 3.
            int extra = f is 0 or 3 ? 1 : 0;
            double dx = random.Next() / (TwoTo31 - 1) + extra;
            double dy = random.Next() / (TwoTo31 - 1) + extra;
            points.Add(new Coordinate(f % 2 == 0 ? xMin - dx : xMax + dx, f / 2 == 0 ? yMin - dy : yMax + dy), -1 - f);
        }

        return (x, y, Triangulate(points, count));
    }

    // The original prints the points and reads them again.
    private static double SevenDigits(float value) =>
        double.Parse(((double)value).ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static int[][] Triangulate(Dictionary<Coordinate, int> points, int count)
    {
        var builder = new DelaunayTriangulationBuilder();
        builder.SetSites(points.Keys.ToArray());
        var neighbours = new SortedSet<int>[count];
        for (int i = 0; i < count; i++)
        {
            neighbours[i] = [];
        }

        foreach (Vertex[] triangle in builder.GetSubdivision().GetTriangleVertices(false))
        {
            int a = points.GetValueOrDefault(triangle[0].Coordinate, -1);
            int b = points.GetValueOrDefault(triangle[1].Coordinate, -1);
            int c = points.GetValueOrDefault(triangle[2].Coordinate, -1);
            if (a >= 0 && b >= 0 && c >= 0)
            {
                Join(neighbours, a, b);
                Join(neighbours, b, c);
                Join(neighbours, c, a);
            }
        }

        return Array.ConvertAll(neighbours, set => set.ToArray());
    }

    private static void Join(SortedSet<int>[] neighbours, int a, int b)
    {
        neighbours[a].Add(b);
        neighbours[b].Add(a);
    }
}
