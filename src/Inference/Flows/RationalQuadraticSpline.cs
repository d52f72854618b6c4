using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>
/// A monotone rational-quadratic spline per entry (Durkan et al. 2019), in the form of the published experiments' library: the domain
/// is learned, bins are not normalised, and outside the domain the map goes on as a straight line.
/// </summary>
/// <remarks>
/// Raw numbers per entry: left edge 1, bottom edge 1, widths K, heights K, inner derivatives K-1. All zero gives the identity.
/// Both edge derivatives equal total height over total width, which is also the slope outside, so the map is C1 everywhere. The library has
/// no least sizes and derivatives; here they are <see cref="Smallest"/>, since where both underflow to 0 the map is 0/0.
/// </remarks>
public static class RationalQuadraticSpline
{
    /// <summary>Half of the domain's width when all raw numbers are zero.</summary>
    internal const double HalfWidth = 5;

    /// <summary>Keeps the logarithm finite when a bin collapses.</summary>
    internal const double Tiny = 1e-10;

    /// <summary>
    /// Least width and height of a bin, and least derivative: what raw numbers of -18.4 give. Data with heavy tails, such as SLCP's
    /// distractors, have raw numbers of some hundred below that.
    /// </summary>
    internal const double Smallest = 1e-8;

    private static readonly Scalar s_four = 4.0.ToScalar();
    private static readonly Scalar s_halfWidth = HalfWidth.ToScalar();
    private static readonly Scalar s_minusOne = (-1.0).ToScalar();
    private static readonly Scalar s_tiny = Tiny.ToScalar();
    private static readonly Scalar s_smallest = Smallest.ToScalar();

    /// <summary>What is added to raw derivatives: zero raw numbers then give derivatives of 1.</summary>
    internal static double DerivativeShift { get; } = Math.Log(Math.E - 1);

    /// <summary>What is added to raw widths and heights: zero raw numbers then give equal bins over the domain.</summary>
    /// <param name="bins">K.</param>
    internal static double SizeShift(long bins) => Math.Log(Math.Exp(2 * HalfWidth / bins) - 1);

    /// <summary>How many raw numbers one entry needs with K bins: 3 K + 1.</summary>
    /// <param name="bins">K.</param>
    public static long RawNumbers(long bins) => 3 * bins + 1;

    /// <summary>Applies the splines.</summary>
    /// <param name="x">[N, d].</param>
    /// <param name="raw">[N, d, 3 K + 1].</param>
    /// <returns>The values [N, d] and the logarithms of the derivatives [N, d].</returns>
    /// <remarks>
    /// The straight lines outside start at the edges of the spline and with its slope, so that no choice between inside and outside is
    /// made: beyond an edge the spline stays at it, and the line is added. With a = left and b = right derivative over the bin's slope,
    /// value = bottom + height (xi^2 + a xi (1 - xi)) / r, derivative = slope (b xi^2 + 2 xi (1 - xi) + a (1 - xi)^2) / r^2,
    /// r = 1 + (a + b - 2) xi (1 - xi).
    /// </remarks>
    public static (Tensor Value, Tensor LogDerivative) Forward(Tensor x, Tensor raw)
    {
        Knots knots = Knots.From(raw);
        Bin bin = knots.Find(x, knots.X);
        Tensor slope = bin.Height / bin.Width, from = x - bin.Left;
        // The part of the bin to the left, between 0 and 1, and the rest of it: clamp has more operations backward, relu no meta kernel.
        Tensor rest = OneMinus((from / bin.Width).relu_()).relu_();
        Tensor xi = OneMinus(rest), cross = xi * rest, square = xi.Squared();
        Tensor a = bin.LeftDerivative / slope, b = bin.RightDerivative / slope;
        Tensor bend = a.add(b, Scalars.One).sub(Scalars.Two);
        Tensor r = (bend * cross).add(Scalars.One, Scalars.One);
        Tensor within = addcmul(bin.Bottom, bin.Height, addcmul(square, a, cross, Scalars.One) / r, Scalars.One);
        Tensor beyond = addcmul(from, xi, bin.Width, s_minusOne);
        Tensor steepness = addcmul(addcmul(cross.mul(Scalars.Two), b, square, Scalars.One), a, rest.Squared(), Scalars.One);
        return (
            addcmul(within, knots.EdgeSlope, beyond, Scalars.One),
            (slope * steepness).add(s_tiny, Scalars.One).log().sub(r.log().mul(Scalars.Two))
        );
    }

    /// <summary>Undoes <see cref="Forward"/>.</summary>
    /// <param name="y">[N, d].</param>
    /// <param name="raw">[N, d, 3 K + 1].</param>
    /// <returns>[N, d].</returns>
    public static Tensor Inverse(Tensor y, Tensor raw)
    {
        Knots knots = Knots.From(raw);
        Bin bin = knots.Find(y, knots.Y);
        Tensor slope = bin.Height / bin.Width;
        Tensor above = y - bin.Bottom;
        Tensor bend = above * bin.RightDerivative.add(bin.LeftDerivative, Scalars.One).sub(slope.mul(Scalars.Two));
        Tensor a = (bin.Height * (slope - bin.LeftDerivative)).add(bend, Scalars.One);
        Tensor b = bin.Height * bin.LeftDerivative - bend;
        Tensor c = slope * above;
        Tensor root = b.Squared().add((a * c).mul(s_four), Scalars.One).clamp_min(Scalars.Zero).sqrt();
        Tensor inside = (c.mul(Scalars.Two) / b.add(root, Scalars.One) * bin.Width).add(bin.Left, Scalars.One);
        Tensor outside = ((y - Knots.First(knots.Y)) / knots.EdgeSlope).add(Knots.First(knots.X), Scalars.One);
        return where(Knots.Contains(y, knots.Y), inside, outside);
    }

    // As TorchSharp computes 1 - x.
    private static Tensor OneMinus(Tensor x) => x.neg().add(Scalars.One, Scalars.One);

    /// <summary>The bin that holds each entry; every tensor is [N, d].</summary>
    private readonly record struct Bin(
        Tensor Left, Tensor Width, Tensor Bottom, Tensor Height, Tensor LeftDerivative, Tensor RightDerivative);

    /// <summary>
    /// The knots of every entry, [N, d, 5 K + 3]: K + 1 places, K + 1 values, K + 1 derivatives, K widths, K heights. One tensor, so that a
    /// bin's six numbers are picked by one operation: a GPU's host launches as many as there are.
    /// </summary>
    private sealed record Knots(Tensor All, Tensor EdgeSlope, long Bins)
    {
        // Sums of integers take a factor that is one too.
        private static readonly Scalar s_once = 1L.ToScalar();

        // What is added to the raw numbers of sizes and inner derivatives, [3 K - 1].
        private static readonly DeviceConstants<long> s_shifts = new(bins => tensor(
            [
                .. Enumerable.Repeat(SizeShift(bins), (int)(2 * bins)), .. Enumerable.Repeat(DerivativeShift, (int)bins - 1),
            ]));

        // Where the numbers of the first bin stand: place, value, both derivatives, width and height.
        private static readonly DeviceConstants<long> s_places = new(bins => tensor(
            new[] { 0, bins + 1, 2 * bins + 2, 2 * bins + 3, 3 * bins + 3, 4 * bins + 3 }));

        public Tensor X => All.narrow(2, 0, Bins + 1);

        public Tensor Y => All.narrow(2, Bins + 1, Bins + 1);

        public static Knots From(Tensor raw)
        {
            long bins = (raw.shape[2] - 1) / 3;
            // Split and unbound rather than narrowed: the gradient of a view fills a tensor with zeros first.
            Tensor[] parts = raw.split([2, 3 * bins - 1], 2);
            Tensor edges = parts[0].sub(s_halfWidth);
            Tensor positive = nn.functional.softplus(parts[1].add(s_shifts.On(bins, raw.device, raw.dtype), Scalars.One))
                .clamp_min(s_smallest);
            Tensor[] kinds = positive.split([2 * bins, bins - 1], 2);
            Tensor sizes = kinds[0].unflatten(2, 2, bins);
            Tensor[] total = sizes.sum(3, keepdim: true).unbind(2), first = edges.split(1, 2);
            Tensor[] inner = sizes.cumsum(3).add(edges.unsqueeze(3), Scalars.One).unbind(2);
            Tensor edge = total[1] / total[0];
            Tensor all = cat([first[0], inner[0], first[1], inner[1], edge, kinds[1], edge, kinds[0]], 2);
            return new Knots(all, edge.squeeze(2), bins);
        }

        public static Tensor First(Tensor knots) => knots.select(2, 0);

        public static Tensor Contains(Tensor at, Tensor knots) =>
            at.gt(First(knots)).bitwise_and(at.le(knots.select(2, knots.shape[2] - 1)));

        public Bin Find(Tensor at, Tensor knots)
        {
            // The bin's index is the number of inner knots below the entry; entries outside fall into the first or last bin.
            Tensor index = knots.narrow(2, 1, Bins - 1).detach().lt(at.detach().unsqueeze(2)).sum(2, keepdim: true);
            Tensor[] picked = All.gather(2, index.add(s_places.On(Bins, at.device, ScalarType.Int64), s_once)).unbind(2);
            return new Bin(picked[0], picked[4], picked[1], picked[5], picked[2], picked[3]);
        }
    }
}
