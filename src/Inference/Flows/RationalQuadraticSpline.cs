using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>
/// A monotone rational-quadratic spline per entry (Durkan et al. 2019), in the form of the published experiments' library: the domain
/// is learned, bins are not normalised, there are no minimum sizes, and outside the domain the map goes on as a straight line.
/// </summary>
/// <remarks>
/// Raw numbers per entry: left edge 1, bottom edge 1, widths K, heights K, inner derivatives K-1. All zero gives the identity.
/// Both edge derivatives equal total height over total width, which is also the slope outside, so the map is C1 everywhere.
/// </remarks>
public static class RationalQuadraticSpline
{
    /// <summary>Half of the domain's width when all raw numbers are zero.</summary>
    internal const double HalfWidth = 5;

    /// <summary>Keeps the logarithm finite when a bin collapses.</summary>
    internal const double Tiny = 1e-10;

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
    public static (Tensor Value, Tensor LogDerivative) Forward(Tensor x, Tensor raw)
    {
        Knots knots = Knots.From(raw);
        Bin bin = knots.Find(x, knots.X);
        Tensor xi = ((x - bin.Left) / bin.Width).clamp(Scalars.Zero, Scalars.One);
        Tensor cross = xi * (1 - xi);
        Tensor denominator = bin.Slope + (bin.RightDerivative + bin.LeftDerivative - 2 * bin.Slope) * cross;
        Tensor inside = bin.Bottom + bin.Height * (bin.Slope * xi.Squared() + bin.LeftDerivative * cross) / denominator;
        Tensor rest = 1 - xi;
        Tensor numerator = bin.Slope.Squared()
            * (bin.RightDerivative * xi.Squared() + 2 * bin.Slope * cross + bin.LeftDerivative * rest.Squared());
        Tensor logInside = (numerator + Tiny).log() - 2 * (denominator + Tiny).log();

        Tensor outside = knots.EdgeSlope * (x - Knots.First(knots.X)) + Knots.First(knots.Y);
        Tensor within = Knots.Contains(x, knots.X);
        return (where(within, inside, outside), where(within, logInside, (knots.EdgeSlope + Tiny).log()));
    }

    /// <summary>Undoes <see cref="Forward"/>.</summary>
    /// <param name="y">[N, d].</param>
    /// <param name="raw">[N, d, 3 K + 1].</param>
    /// <returns>[N, d].</returns>
    public static Tensor Inverse(Tensor y, Tensor raw)
    {
        Knots knots = Knots.From(raw);
        Bin bin = knots.Find(y, knots.Y);
        Tensor above = y - bin.Bottom;
        Tensor bend = bin.RightDerivative + bin.LeftDerivative - 2 * bin.Slope;
        Tensor a = bin.Height * (bin.Slope - bin.LeftDerivative) + above * bend;
        Tensor b = bin.Height * bin.LeftDerivative - above * bend;
        Tensor c = -bin.Slope * above;
        Tensor root = (b.Squared() - 4 * a * c).clamp_min(Scalars.Zero).sqrt();
        Tensor inside = 2 * c / (-b - root) * bin.Width + bin.Left;
        Tensor outside = (y - Knots.First(knots.Y)) / knots.EdgeSlope + Knots.First(knots.X);
        return where(Knots.Contains(y, knots.Y), inside, outside);
    }

    /// <summary>The bin that holds each entry; every tensor is [N, d].</summary>
    private readonly record struct Bin(
        Tensor Left, Tensor Width, Tensor Bottom, Tensor Height, Tensor LeftDerivative, Tensor RightDerivative)
    {
        public Tensor Slope { get; } = Height / Width;
    }

    /// <summary>The knots of every entry: X and Y [N, d, K + 1], derivatives [N, d, K + 1].</summary>
    private sealed record Knots(Tensor X, Tensor Y, Tensor Widths, Tensor Heights, Tensor Derivatives, Tensor EdgeSlope)
    {
        public static Knots From(Tensor raw)
        {
            long bins = (raw.shape[2] - 1) / 3;
            Tensor left = raw.narrow(2, 0, 1) - HalfWidth;
            Tensor bottom = raw.narrow(2, 1, 1) - HalfWidth;
            Tensor sizes = nn.functional.softplus(raw.narrow(2, 2, 2 * bins) + SizeShift(bins));
            Tensor widths = sizes.narrow(2, 0, bins);
            Tensor heights = sizes.narrow(2, bins, bins);
            Tensor inner = nn.functional.softplus(raw.narrow(2, 2 + 2 * bins, bins - 1) + DerivativeShift);
            Tensor edge = heights.sum(2, keepdim: true) / widths.sum(2, keepdim: true);
            return new Knots(
                cat([left, left + widths.cumsum(2)], 2),
                cat([bottom, bottom + heights.cumsum(2)], 2),
                widths,
                heights,
                cat([edge, inner, edge], 2),
                edge.squeeze(2));
        }

        public static Tensor First(Tensor knots) => knots.select(2, 0);

        public static Tensor Contains(Tensor at, Tensor knots) =>
            at.gt(First(knots)).bitwise_and(at.le(knots.select(2, knots.shape[2] - 1)));

        public Bin Find(Tensor at, Tensor knots)
        {
            long bins = Widths.shape[2];
            // The bin's index is the number of inner knots below the entry; entries outside fall into the first or last bin.
            Tensor index = knots.narrow(2, 1, bins - 1).detach().lt(at.detach().unsqueeze(2)).sum(2, keepdim: true);
            Tensor Pick(Tensor of, long shift = 0) => of.gather(2, shift == 0 ? index : index + shift).squeeze(2);
            return new Bin(Pick(X), Pick(Widths), Pick(Y), Pick(Heights), Pick(Derivatives), Pick(Derivatives, 1));
        }
    }
}
