using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Maps parameters within bounds to the whole line and back: ln(theta - low), -ln(high - theta), or the logit between both. What a network
/// draws then lies within the bounds.
/// </summary>
/// <param name="low">Lower bounds, [D]; negative infinity where there is none.</param>
/// <param name="high">Upper bounds, [D]; infinity where there is none.</param>
internal sealed class Unbounding(Tensor low, Tensor high)
{
    // A uniform number of float32 may be the bound itself: as a share of the width between two bounds, and beside a single one.
    private static readonly Scalar s_closest = 1e-7.ToScalar(), s_smallest = 1e-30.ToScalar();

    // Whole numbers whose exponentials are just finite.
    private static readonly Scalar s_largestSingle = 88.0.ToScalar(), s_largestDouble = 709.0.ToScalar();

    /// <summary>Parameters on the whole line.</summary>
    /// <param name="theta">[..., D] within the bounds; what lies on or outside of a bound is taken for what is closest to it.</param>
    public Tensor Apply(Tensor theta)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor hasLow, Tensor hasHigh, Tensor start, Tensor end, _, Tensor least) = Parts(theta);
        Tensor above = maximum(theta - start, least), below = maximum(end - theta, least);
        Tensor up = where(hasLow, above.log(), zeros_like(theta)), down = where(hasHigh, below.log(), zeros_like(theta));
        return where(hasLow.logical_or(hasHigh), up - down, theta).MoveToOuterDisposeScope();
    }

    /// <summary>Parameters within the bounds.</summary>
    /// <param name="line">[..., D] on the whole line.</param>
    /// <returns>[..., D]; on or between the bounds, which a sum may leave by its rounding, and finite.</returns>
    public Tensor Undo(Tensor line)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor hasLow, Tensor hasHigh, Tensor start, Tensor end, Tensor width, _) = Parts(line);
        Scalar largest = line.dtype == ScalarType.Float64 ? s_largestDouble : s_largestSingle;
        Tensor both = start.add(width * line.sigmoid(), Scalars.One).maximum(start).minimum(end);
        Tensor up = start.add(line.clamp_max(largest).exp(), Scalars.One), down = end - line.neg().clamp_max(largest).exp();
        Tensor one = where(hasLow, up, where(hasHigh, down, line));
        return where(hasLow.logical_and(hasHigh), both, one).MoveToOuterDisposeScope();
    }

    /// <summary>The logarithm of the map's determinant, ln |d line / d theta|.</summary>
    /// <param name="theta">[..., D] within the bounds.</param>
    /// <returns>[...]; finite on a bound, too, as float32 has numbers that are one.</returns>
    public Tensor LogDeterminant(Tensor theta)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor hasLow, Tensor hasHigh, Tensor start, Tensor end, Tensor width, Tensor least) = Parts(theta);
        Tensor none = zeros_like(theta);
        Tensor up = where(hasLow, maximum(theta - start, least).log(), none);
        Tensor down = where(hasHigh, maximum(end - theta, least).log(), none);
        Tensor both = where(hasLow.logical_and(hasHigh), width.log().expand_as(theta), none);
        return (both - up - down).sum(-1).MoveToOuterDisposeScope();
    }

    /// <summary>Whether all parameters of a row lie within their bounds.</summary>
    /// <param name="theta">[..., D].</param>
    /// <returns>bool, [...].</returns>
    public Tensor Contains(Tensor theta)
    {
        using DisposeScope scope = NewDisposeScope();
        return (theta >= low).logical_and(theta <= high).all(-1).MoveToOuterDisposeScope();
    }

    // Bounds that are not there become 0, and what is computed of them is not used. A width is 1 where there are not two bounds.
    private (Tensor HasLow, Tensor HasHigh, Tensor Start, Tensor End, Tensor Width, Tensor Least) Parts(Tensor theta)
    {
        Tensor hasLow = low.isfinite(), hasHigh = high.isfinite(), zero = zeros_like(low);
        Tensor start = where(hasLow, low, zero), end = where(hasHigh, high, zero);
        Tensor isBoth = hasLow.logical_and(hasHigh), width = where(isBoth, end - start, ones_like(low));
        Tensor least = where(isBoth, width.mul(s_closest), full_like(low, s_smallest));
        return (hasLow.expand_as(theta), hasHigh.expand_as(theta), start, end, width, least);
    }
}
