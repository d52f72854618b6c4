using Reproduce.Compute;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Centres and scales parameters and observations to mean 0 and standard deviation 1 over a training set, so that networks see numbers of
/// one size whatever the units are. Its numbers are buffers: they are stored with the weights.
/// </summary>
/// <remarks>
/// Each parameter has a mean and a deviation of its own. So has each column of an observation's tensor [B, F], and each coordinate of the
/// points of [B, N, F], over all of a set's points (over the members of one of varying size, <see cref="VaryingSet"/>); a tensor of more
/// axes, such as an image, has one of each for all. What never varies is centred and not scaled. Where a support is given, parameters are
/// mapped from it to the whole line first, and centred and scaled there.
/// </remarks>
public sealed class Standardisation : Network
{
    /// <summary>The name of the lower bounds among the stored arrays, [D]; negative infinity where a parameter has none.</summary>
    public const string LowerBounds = "thetaLow";

    /// <summary>The name of the upper bounds among the stored arrays, [D]; infinity where a parameter has none.</summary>
    public const string UpperBounds = "thetaHigh";

    private static readonly Scalar s_minusInfinity = double.NegativeInfinity.ToScalar();

    // Deviations that are smaller beside their mean are rounding.
    private static readonly Scalar s_relative = 1e-7.ToScalar();

    private readonly Tensor thetaMean;
    private readonly Tensor thetaScale;
    private readonly string[] _parts;
    private readonly bool _isBounded;

    /// <summary>Learns from a training set.</summary>
    /// <param name="theta">Its parameters, [N, D].</param>
    /// <param name="x">Its N observations.</param>
    /// <param name="support">
    /// The bounds of each parameter under the prior, D intervals of which either end may be infinite; null to leave parameters as they are.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Standardisation(Tensor theta, Observation x, IReadOnlyList<(double Low, double High)>? support = null)
        : base(nameof(Standardisation))
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(x);
        Require.Batch(theta, x, theta.shape[^1]);
        if (support is not null && support.Count != theta.shape[^1])
        {
            throw new ArgumentException($"support: expected {theta.shape[^1]} intervals, got {support.Count}.", nameof(support));
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _isBounded = support is not null;
        if (support is not null)
        {
            register_buffer(LowerBounds, tensor(support.Select(s => (float)s.Low).ToArray()).DetachFromDisposeScope());
            register_buffer(UpperBounds, tensor(support.Select(s => (float)s.High).ToArray()).DetachFromDisposeScope());
        }

        (thetaMean, thetaScale) = Moments(Bounds?.Apply(theta) ?? theta);
        _parts = [.. x.Parts.Keys];
        RegisterComponents();

        for (int i = 0; i < _parts.Length; i++)
        {
            (Tensor mean, Tensor scale) = MomentsOf(x, _parts[i]);
            register_buffer($"x{i}Mean", mean);
            register_buffer($"x{i}Scale", scale);
        }
    }

    /// <summary>Parameters as networks see them.</summary>
    /// <param name="theta">[..., D] in the task's units.</param>
    public Tensor Apply(Tensor theta)
    {
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        Tensor line = Bounds?.Apply(theta) ?? theta;
        return ((line - thetaMean) / thetaScale).MoveToOuterDisposeScope();
    }

    /// <summary>Parameters in the task's units.</summary>
    /// <param name="theta">[..., D] as networks see them.</param>
    public Tensor Undo(Tensor theta)
    {
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        Tensor line = (theta * thetaScale).add(thetaMean, Scalars.One);
        return (Bounds?.Undo(line) ?? line).MoveToOuterDisposeScope();
    }

    /// <summary>The logarithm of a density in the task's units, from that of parameters as networks see them.</summary>
    /// <param name="logDensity">[...].</param>
    /// <param name="theta">Where it was taken, [..., D] in the task's units.</param>
    /// <returns>[...]; negative infinity outside of the support.</returns>
    public Tensor InUnits(Tensor logDensity, Tensor theta)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        Tensor scaled = logDensity - thetaScale.log().sum();
        if (Bounds is not Unbounding bounds)
        {
            return scaled.MoveToOuterDisposeScope();
        }

        Tensor mapped = scaled.add(bounds.LogDeterminant(theta), Scalars.One);
        return where(bounds.Contains(theta), mapped, full_like(mapped, s_minusInfinity)).MoveToOuterDisposeScope();
    }

    /// <summary>Observations as networks see them.</summary>
    /// <param name="x">In the task's units, with the tensors of the training set.</param>
    /// <exception cref="ArgumentException">A tensor of the training set is missing, or another is there.</exception>
    public Observation Apply(Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!x.Parts.Keys.SequenceEqual(_parts))
        {
            throw new ArgumentException(
                $"x: expected the tensors {string.Join(", ", _parts)} as in the training set, got {string.Join(", ", x.Parts.Keys)}.");
        }

        return new Observation(_parts.Select((name, i) => (name, Value: (x[name] - get_buffer($"x{i}Mean")!) / get_buffer($"x{i}Scale")!))
            .ToDictionary(p => p.name, p => p.Value));
    }

    private Unbounding? Bounds => _isBounded ? new Unbounding(get_buffer(LowerBounds)!, get_buffer(UpperBounds)!) : null;

    // Of a set of varying size the members count and the padding does not; the number of members is what it is.
    private static (Tensor Mean, Tensor Scale) MomentsOf(Observation x, string name)
    {
        if (VaryingSet.IsLength(x.Parts, name))
        {
            return (zeros(1).DetachFromDisposeScope(), ones(1).DetachFromDisposeScope());
        }

        if (!VaryingSet.Is(x.Parts, name))
        {
            return Moments(x[name]);
        }

        using Tensor members = VaryingSet.Members(x[name], x[VaryingSet.LengthOf(name)]);
        if (members.shape[0] > 0)
        {
            return Moments(members);
        }

        using Tensor cleared = VaryingSet.Cleared(x[name], x[VaryingSet.LengthOf(name)]);
        return Moments(cleared);
    }

    // In float64: the sum of a million numbers of float32 is not to be trusted, nor the square of one of 1e20.
    private static (Tensor Mean, Tensor Scale) Moments(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = values.to(ScalarType.Float64).reshape(-1, values.dim() <= 3 ? values.shape[^1] : 1);
        Tensor mean = columns.mean([0L]);
        Tensor deviation = (columns - mean).Squared().mean([0L]).sqrt();
        Tensor varies = deviation > mean.abs().mul(s_relative);
        Tensor scale = where(varies, deviation, ones_like(deviation));
        return (
            mean.to(ScalarType.Float32).DetachFromDisposeScope(),
            scale.to(ScalarType.Float32).DetachFromDisposeScope());
    }
}
