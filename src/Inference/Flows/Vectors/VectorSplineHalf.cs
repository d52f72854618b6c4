using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>
/// <see cref="SplineHalf"/> on a panel: the monotone rational-quadratic spline of <see cref="RationalQuadraticSpline"/> and its gradient
/// by hand, eight rows at a time.
/// </summary>
/// <param name="width">d.</param>
/// <param name="bins">K.</param>
/// <param name="conditioner">The network that gives 3 K + 1 raw numbers for every entry.</param>
internal sealed class VectorSplineHalf(int width, int bins, VectorConditioner conditioner) : VectorHalf(width, conditioner, networks: 1)
{
    private const float HalfWidth = (float)RationalQuadraticSpline.HalfWidth;
    private const float Tiny = (float)RationalQuadraticSpline.Tiny, Smallest = (float)RationalQuadraticSpline.Smallest;
    private const int Lanes = 8;

    private readonly float _sizeShift = (float)RationalQuadraticSpline.SizeShift(bins);
    private readonly float _derivativeShift = (float)RationalQuadraticSpline.DerivativeShift;

    /// <inheritdoc/>
    protected override int RawLength => Width * EntryLength;

    private int EntryLength => (int)RationalQuadraticSpline.RawNumbers(bins) * Panel;

    /// <inheritdoc/>
    protected override void Map(ReadOnlySpan<float> u, Span<float> raw, Span<float> v, Span<float> log)
    {
        ref float to = ref MemoryMarshal.GetReference(v), logs = ref MemoryMarshal.GetReference(log);
        for (int entry = 0; entry < Width; entry++)
        {
            Span<float> numbers = raw.Slice(entry * EntryLength, EntryLength);
            for (int lane = 0; lane < Panel; lane += Lanes)
            {
                Positive(numbers, lane);
                nuint at = (nuint)(entry * Panel + lane);
                Vector256<float> x = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(u), at);
                Place place = Find(numbers, lane, x);
                Curve curve = new(x, place);
                Vector256<float> value = Vector256.ConditionalSelect(
                    place.IsInside, curve.Value, place.EdgeSlope * (x - place.FirstX) + place.FirstY);
                Vector256<float> logDerivative = Vector256.ConditionalSelect(
                    place.IsInside, curve.LogDerivative, Vector256.Log(place.EdgeSlope + Vector256.Create(Tiny)));
                value.StoreUnsafe(ref to, at);
                (Vector256.LoadUnsafe(ref logs, (nuint)lane) + logDerivative).StoreUnsafe(ref logs, (nuint)lane);
            }
        }
    }

    /// <inheritdoc/>
    protected override void MapBack(
        ReadOnlySpan<float> u, ReadOnlySpan<float> raw, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> logGradient,
        Span<float> inputGradient, Span<float> rawGradient)
    {
        for (int entry = 0; entry < Width; entry++)
        {
            ReadOnlySpan<float> numbers = raw.Slice(entry * EntryLength, EntryLength);
            Span<float> numberGradient = rawGradient.Slice(entry * EntryLength, EntryLength);
            for (int lane = 0; lane < Panel; lane += Lanes)
            {
                nuint at = (nuint)(entry * Panel + lane);
                Vector256<float> x = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(u), at);
                Place place = Find(numbers, lane, x);
                CurveGradients by = new Curve(x, place).Back(
                    Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(outputGradient), at),
                    Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(logGradient), (nuint)lane));
                by.X.StoreUnsafe(ref MemoryMarshal.GetReference(inputGradient), at);
                Distribute(numbers, numberGradient, lane, place, by);
            }
        }
    }

    // Widths, heights and inner derivatives out of raw numbers; the two edges stay as they are.
    private void Positive(Span<float> numbers, int lane)
    {
        ref float first = ref MemoryMarshal.GetReference(numbers);
        for (int k = 2; k < 3 * bins + 1; k++)
        {
            nuint at = (nuint)(k * Panel + lane);
            float shift = k < 2 + 2 * bins ? _sizeShift : _derivativeShift;
            Vector256<float> positive = SoftPlus(Vector256.LoadUnsafe(ref first, at) + Vector256.Create(shift));
            Vector256.Max(positive, Vector256.Create(Smallest)).StoreUnsafe(ref first, at);
        }
    }

    // log(1 + exp(z)), exact also where it is nearly zero.
    private static Vector256<float> SoftPlus(Vector256<float> z)
    {
        Vector256<float> e = Vector256.Exp(-Vector256.Abs(z));
        Vector256<float> one = Vector256<float>.One, total = one + e;
        Vector256<float> rounded = total - one;
        Vector256<float> log = Vector256.ConditionalSelect(
            Vector256.Equals(rounded, Vector256<float>.Zero),
            e,
            Vector256.Log(total) * e / rounded
        );
        return Vector256.Max(z, Vector256<float>.Zero) + log;
    }

    // The derivative of softplus where softplus is p: 1 - exp(-p), or 0 at the least value that is let through.
    private static Vector256<float> SoftPlusDerivative(Vector256<float> p)
    {
        Vector256<float> series = p * (Vector256<float>.One - p * (Vector256.Create(0.5f) - p * Vector256.Create(1f / 6)));
        Vector256<float> derivative = Vector256.ConditionalSelect(
            Vector256.LessThan(p, Vector256.Create(0.01f)),
            series,
            Vector256<float>.One - Vector256.Exp(-p)
        );
        return derivative & Vector256.GreaterThan(p, Vector256.Create(Smallest));
    }

    private Place Find(ReadOnlySpan<float> numbers, int lane, Vector256<float> x)
    {
        ref float first = ref MemoryMarshal.GetReference(numbers);
        Vector256<float> Number(ref float first, int k) => Vector256.LoadUnsafe(ref first, (nuint)(k * Panel + lane));
        Vector256<float> half = Vector256.Create(HalfWidth);
        Vector256<float> left = Number(ref first, 0) - half, bottom = Number(ref first, 1) - half;
        Vector256<float> totalWidth = Vector256<float>.Zero, totalHeight = Vector256<float>.Zero;
        for (int k = 0; k < bins; k++)
        {
            totalWidth += Number(ref first, 2 + k);
            totalHeight += Number(ref first, 2 + bins + k);
        }

        Vector256<float> edge = totalHeight / totalWidth;
        Place place = new()
        {
            FirstX = left,
            FirstY = bottom,
            TotalWidth = totalWidth,
            EdgeSlope = edge,
            IsInside = Vector256.GreaterThan(x, left) & Vector256.LessThanOrEqual(x, left + totalWidth),
        };
        Vector256<float> width = Vector256<float>.Zero, height = Vector256<float>.Zero;
        for (int k = 0; k < bins; k++)
        {
            Vector256<float> knot = left + width;
            Vector256<float> isHere = k == 0 ? Vector256<float>.AllBitsSet : Vector256.GreaterThan(x, knot);
            Vector256<float> w = Number(ref first, 2 + k), h = Number(ref first, 2 + bins + k);
            place.Left = Vector256.ConditionalSelect(isHere, knot, place.Left);
            place.Bottom = Vector256.ConditionalSelect(isHere, bottom + height, place.Bottom);
            place.Width = Vector256.ConditionalSelect(isHere, w, place.Width);
            place.Height = Vector256.ConditionalSelect(isHere, h, place.Height);
            place.LeftDerivative = Vector256.ConditionalSelect(
                isHere,
                k == 0 ? edge : Number(ref first, 1 + 2 * bins + k),
                place.LeftDerivative
            );
            place.RightDerivative = Vector256.ConditionalSelect(
                isHere,
                k == bins - 1 ? edge : Number(ref first, 2 + 2 * bins + k),
                place.RightDerivative
            );
            place.Index = Vector256.ConditionalSelect(isHere, Vector256.Create((float)k), place.Index);
            width += w;
            height += h;
        }

        return place;
    }

    // From the bin's own numbers to the raw numbers of all bins.
    private void Distribute(ReadOnlySpan<float> numbers, Span<float> gradient, int lane, in Place place, in CurveGradients by)
    {
        ref float from = ref MemoryMarshal.GetReference(numbers);
        ref float to = ref MemoryMarshal.GetReference(gradient);
        Vector256<float> zero = Vector256<float>.Zero;
        by.Left.StoreUnsafe(ref to, (nuint)lane);
        by.Bottom.StoreUnsafe(ref to, (nuint)(Panel + lane));

        // The derivatives at both edges are the edge slope, total height over total width.
        Vector256<float> edge = by.EdgeSlope
            + Vector256.ConditionalSelect(Vector256.Equals(place.Index, zero), by.LeftDerivative, zero)
            + Vector256.ConditionalSelect(Vector256.Equals(place.Index, Vector256.Create((float)(bins - 1))), by.RightDerivative, zero);
        Vector256<float> perHeight = edge / place.TotalWidth;
        Vector256<float> perWidth = -perHeight * place.EdgeSlope;
        Vector256<float> leftInside = place.IsInside & by.Left, bottomInside = place.IsInside & by.Bottom;
        for (int k = 0; k < bins; k++)
        {
            Vector256<float> number = Vector256.Create((float)k);
            Vector256<float> isBefore = Vector256.LessThan(number, place.Index), isHere = Vector256.Equals(number, place.Index);
            Store(2 + k, perWidth + (isBefore & leftInside) + (isHere & by.Width), ref from, ref to);
            Store(2 + bins + k, perHeight + (isBefore & bottomInside) + (isHere & by.Height), ref from, ref to);
            if (k < bins - 1)
            {
                // The derivative between bins k and k + 1.
                Vector256<float> isNext = Vector256.Equals(Vector256.Create(k + 1f), place.Index);
                Store(2 + 2 * bins + k, (isHere & by.RightDerivative) + (isNext & by.LeftDerivative), ref from, ref to);
            }
        }

        void Store(int k, Vector256<float> derivative, ref float from, ref float to)
        {
            nuint at = (nuint)(k * Panel + lane);
            (derivative * SoftPlusDerivative(Vector256.LoadUnsafe(ref from, at))).StoreUnsafe(ref to, at);
        }
    }

    // Where an entry lies, and the numbers of its bin; outside of the domain those of the first or the last one.
    private struct Place
    {
        internal Vector256<float> FirstX, FirstY, TotalWidth, EdgeSlope, IsInside;
        internal Vector256<float> Left, Width, Bottom, Height, LeftDerivative, RightDerivative, Index;
    }

    // Gradients by an entry and by the numbers of its place.
    private struct CurveGradients
    {
        internal Vector256<float> X, Left, Width, Bottom, Height, LeftDerivative, RightDerivative, EdgeSlope;
    }

    // The spline inside of a bin: value = bottom + height p / den, derivative = slope^2 q / den^2.
    private readonly struct Curve
    {
        private readonly Place _place;
        private readonly Vector256<float> _x, _xi, _rest, _cross, _slope, _bend, _den, _p, _q, _num;

        internal Curve(Vector256<float> x, in Place place)
        {
            Vector256<float> one = Vector256<float>.One;
            _place = place;
            _x = x;
            _xi = Vector256.Min(Vector256.Max((x - place.Left) / place.Width, Vector256<float>.Zero), one);
            _rest = one - _xi;
            _cross = _xi * _rest;
            _slope = place.Height / place.Width;
            _bend = place.RightDerivative + place.LeftDerivative - (_slope + _slope);
            _den = _slope + _bend * _cross;
            _p = _slope * _xi * _xi + place.LeftDerivative * _cross;
            _q = place.RightDerivative * _xi * _xi + (_slope + _slope) * _cross + place.LeftDerivative * _rest * _rest;
            _num = Vector256.Min(_slope * _slope * _q, Vector256.Create(float.MaxValue));
        }

        internal Vector256<float> Value => _place.Bottom + _place.Height * _p / _den;

        internal Vector256<float> LogDerivative
        {
            get
            {
                Vector256<float> tiny = Vector256.Create(Tiny), log = Vector256.Log(_den + tiny);
                return Vector256.Log(_num + tiny) - (log + log);
            }
        }

        // From gradients by value and log-derivative to gradients by everything that made them.
        internal CurveGradients Back(Vector256<float> byValue, Vector256<float> byLog)
        {
            Vector256<float> tiny = Vector256.Create(Tiny), inside = _place.IsInside;
            Vector256<float> p = byValue * _place.Height / _den;
            Vector256<float> den = -p * _p / _den - (byLog + byLog) / (_den + tiny);
            Vector256<float> num = byLog / (_num + tiny);
            Vector256<float> q = num * _slope * _slope;
            Vector256<float> twiceSlope = _slope + _slope, twiceCross = _cross + _cross;
            Vector256<float> bend = den * _cross;
            Vector256<float> slope = num * twiceSlope * _q + q * twiceCross + p * _xi * _xi + den - (bend + bend);
            Vector256<float> cross = q * twiceSlope + p * _place.LeftDerivative + den * _bend;
            Vector256<float> right = q * _xi * _xi + bend;
            Vector256<float> left = q * _rest * _rest + p * _cross + bend;
            Vector256<float> curved = q * _place.RightDerivative * _xi + p * _slope * _xi - q * _place.LeftDerivative * _rest;
            Vector256<float> xi = curved + curved + cross * (_rest - _xi);
            Vector256<float> x = xi / _place.Width;
            Vector256<float> straight = byValue * _place.EdgeSlope;
            return new CurveGradients
            {
                X = Vector256.ConditionalSelect(inside, x, straight),
                Left = Vector256.ConditionalSelect(inside, -x, -straight),
                Bottom = byValue,
                Width = inside & (-x * _xi - slope * _slope / _place.Width),
                Height = inside & (byValue * _p / _den + slope / _place.Width),
                LeftDerivative = inside & left,
                RightDerivative = inside & right,
                EdgeSlope = Vector256.AndNot(byValue * (_x - _place.FirstX) + byLog / (_place.EdgeSlope + tiny), inside),
            };
        }
    }
}
