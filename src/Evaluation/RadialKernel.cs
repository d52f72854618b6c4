using System.Runtime.CompilerServices;

namespace Reproduce.Evaluation;

/// <summary>
/// k(d) = sum over s of exp(-d / (2 s)) for a squared distance d, tabulated.
/// </summary>
/// <remarks>
/// However many bandwidths there are, the kernel is a smooth function of one number. Every interval of d between powers of two is
/// cut into 64 pieces, on each of which a cubic with the exact values and slopes at both ends stands for the function; its error is
/// below (1/64)^4 max(u^4 e^-u) / 384 = 8e-10 per bandwidth. One look-up replaces 19 exponentials. A piece's number is the leading
/// bits of the float64 itself.
/// </remarks>
internal sealed class RadialKernel
{
    private const double Narrowest = 1e-290, Widest = 1e290;
    private const int MantissaShift = 52 - 6; // 64 pieces in an octave
    private readonly Piece[] _pieces;
    private readonly int _first;
    private readonly double _smallest, _largest;

    internal RadialKernel(IReadOnlyList<double> bandwidths)
    {
        AtZero = bandwidths.Count;
        // Bandwidths beyond are 0 or infinite to distances that are near 1.
        bandwidths = [.. bandwidths.Select(s => Math.Clamp(s, Narrowest, Widest))];
        // Below: 1 to 1e-10 for the narrowest kernel. Above: exp(-64) for the widest.
        _smallest = Math.ScaleB(1, (int)Math.Floor(Math.Log2(2e-10 * bandwidths.Min())));
        _largest = Math.ScaleB(1, (int)Math.Ceiling(Math.Log2(128 * bandwidths.Max())));
        _first = Number(_smallest);
        _pieces = new Piece[Number(_largest) - _first];
        for (int i = 0; i < _pieces.Length; i++)
        {
            double start = Start(i), width = Start(i + 1) - start;
            (double v0, double s0) = Exact(bandwidths, start);
            (double v1, double s1) = Exact(bandwidths, start + width);
            s0 *= width;
            s1 *= width;
            _pieces[i] = new Piece(start, 1 / width, v0, s0, 3 * (v1 - v0) - 2 * s0 - s1, 2 * (v0 - v1) + s0 + s1);
        }

        double Start(int piece) => BitConverter.Int64BitsToDouble((long)(piece + _first) << MantissaShift);
    }

    /// <summary>k(0): the number of bandwidths.</summary>
    internal double AtZero { get; }

    /// <summary>k(d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Value(double squaredDistance)
    {
        if (squaredDistance < _smallest)
        {
            return AtZero;
        }

        if (!(squaredDistance < _largest))
        {
            return 0;
        }

        ref readonly Piece p = ref _pieces[Number(squaredDistance) - _first];
        double t = (squaredDistance - p.Start) * p.InverseWidth;
        return p.C0 + t * (p.C1 + t * (p.C2 + t * p.C3));
    }

    /// <summary>The sum of k over distances.</summary>
    internal double Sum(ReadOnlySpan<float> squaredDistances)
    {
        double sum = 0;
        foreach (float d in squaredDistances)
        {
            sum += Value(d);
        }

        return sum;
    }

    /// <summary>The sum of k over distances.</summary>
    internal double Sum(ReadOnlySpan<double> squaredDistances)
    {
        double sum = 0;
        foreach (double d in squaredDistances)
        {
            sum += Value(d);
        }

        return sum;
    }

    private static int Number(double value) => (int)(BitConverter.DoubleToInt64Bits(value) >> MantissaShift);

    private static (double Value, double Slope) Exact(IReadOnlyList<double> bandwidths, double d)
    {
        double value = 0, slope = 0;
        foreach (double s in bandwidths)
        {
            double k = Math.Exp(-d / (2 * s));
            value += k;
            slope -= k / (2 * s);
        }

        return (value, slope);
    }

    private readonly record struct Piece(double Start, double InverseWidth, double C0, double C1, double C2, double C3);
}
