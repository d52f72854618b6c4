using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>Exact draws from the posterior of one observation of the arm, by rejection from a piecewise constant envelope.</summary>
/// <remarks>
/// The density is smooth on each <see cref="KinematicsSheet"/>, so on a fine grid the largest of a cell's four corners times a small
/// margin bounds it; should a proposal ever exceed the bound, the margin is raised and the draws begin anew. Draws are independent.
/// </remarks>
internal sealed class KinematicsPosterior
{
    private const double CellWidth = 0.05; // radians; the density changes over 0.25 at the fastest
    private const int Columns = 128;
    private const int FewestRows = 32;
    private const double FirstMargin = 1.15, MarginStep = 1.5;
    private const double CellAngle = 2 * Math.PI / Columns;
    private static readonly (double Sin, double Cos)[] s_corners =
        [.. Enumerable.Range(0, Columns).Select(k => Math.SinCos(k * CellAngle))];

    private readonly double _x1;
    private readonly double _x2;
    private readonly List<(KinematicsSheet Sheet, double Height, int FirstCell)> _sheets = [];
    private readonly List<double> _bounds = []; // the largest corner of every cell
    private readonly double[] _cumulative; // integral of the bounds up to and including a cell

    /// <summary>Prepares the envelope.</summary>
    /// <param name="x1">Observed height.</param>
    /// <param name="x2">Observed reach.</param>
    /// <exception cref="InvalidOperationException">No posture reaches the point.</exception>
    public KinematicsPosterior(double x1, double x2)
    {
        (_x1, _x2) = (x1, x2);
        double evidence = 0;
        List<double> masses = [];
        foreach (KinematicsSheet sheet in KinematicsSheet.All(x2))
        {
            evidence += AddSheet(sheet, masses);
        }

        _cumulative = new double[masses.Count];
        double sum = 0;
        for (int i = 0; i < masses.Count; i++)
        {
            _cumulative[i] = sum += masses[i];
        }

        if (!(sum > 0 && double.IsFinite(sum)))
        {
            throw new InvalidOperationException($"inverse kinematics: no posture of the arm reaches x = ({x1}, {x2}).");
        }

        LogEvidence = Math.Log(evidence);
    }

    /// <summary>log p(x), by the trapezoidal rule on the grid.</summary>
    public double LogEvidence { get; }

    /// <summary>Fills <paramref name="theta"/> with draws.</summary>
    /// <param name="theta">[S * 4].</param>
    /// <param name="random">Where the random numbers come from.</param>
    public KinematicsDiagnostics Draw(Span<float> theta, RandomSource random)
    {
        double margin = FirstMargin;
        KinematicsDiagnostics? done;
        while ((done = TryDraw(theta, random, margin)) is null)
        {
            margin *= MarginStep;
        }

        return done;
    }

    private KinematicsDiagnostics? TryDraw(Span<float> theta, RandomSource random, double margin)
    {
        int filled = 0;
        long proposals = 0;
        double weights = 0, squares = 0, largest = 0;
        while (filled < theta.Length)
        {
            int block = Math.Clamp((theta.Length - filled) / 4 * 2, 256, 1 << 16);
            double[] u = Uniforms(random, block);
            for (int i = 0; i < block && filled < theta.Length; i++)
            {
                int cell = Search(u[4 * i]);
                (KinematicsSheet sheet, double height, int first) = SheetOf(cell);
                double c = sheet.Low + ((cell - first) / Columns + u[4 * i + 1]) * height;
                (double, double) ofC = Math.SinCos(c);
                (double, double) ofPhi = Math.SinCos(((cell - first) % Columns + u[4 * i + 2]) * CellAngle);
                double weight = sheet.Density(_x1, _x2, c, ofC, ofPhi) / (_bounds[cell] * margin);
                if (weight > 1)
                {
                    return null;
                }

                proposals++;
                weights += weight;
                squares += weight * weight;
                largest = Math.Max(largest, weight);
                if (u[4 * i + 3] < weight)
                {
                    sheet.Posture(_x1, _x2, c, ofC, ofPhi, theta.Slice(filled, 4));
                    filled += 4;
                }
            }
        }

        return new KinematicsDiagnostics(theta.Length / 4, proposals, weights * weights / squares, largest, LogEvidence);
    }

    // Evaluates the density at all corners of a sheet, adds its cells; returns its integral.
    private double AddSheet(KinematicsSheet sheet, List<double> masses)
    {
        int rows = Math.Max(FewestRows, (int)Math.Ceiling((sheet.High - sheet.Low) / CellWidth));
        double height = (sheet.High - sheet.Low) / rows, sum = 0;
        _sheets.Add((sheet, height, masses.Count));
        double[] above = new double[Columns], below = new double[Columns];
        for (int row = 0; row <= rows; row++)
        {
            double c = sheet.Low + row * height;
            (double, double) ofC = Math.SinCos(c);
            for (int k = 0; k < Columns; k++)
            {
                below[k] = sheet.Density(_x1, _x2, c, ofC, s_corners[k]);
                sum += row == 0 || row == rows ? 0.5 * below[k] : below[k];
            }

            for (int k = 0; row > 0 && k < Columns; k++)
            {
                int next = (k + 1) % Columns;
                double bound = Math.Max(Math.Max(above[k], above[next]), Math.Max(below[k], below[next]));
                _bounds.Add(bound);
                masses.Add(bound * height);
            }

            (above, below) = (below, above);
        }

        return sum * height * CellAngle;
    }

    private int Search(double u)
    {
        double target = u * _cumulative[^1];
        int low = 0, high = _cumulative.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_cumulative[middle] > target)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private (KinematicsSheet Sheet, double Height, int FirstCell) SheetOf(int cell)
    {
        int s = _sheets.Count - 1;
        while (_sheets[s].FirstCell > cell)
        {
            s--;
        }

        return _sheets[s];
    }

    private static double[] Uniforms(RandomSource random, int block)
    {
        using DisposeScope scope = NewDisposeScope();
        return random.Uniform([block, 4], dtype: ScalarType.Float64).data<double>().ToArray();
    }
}
