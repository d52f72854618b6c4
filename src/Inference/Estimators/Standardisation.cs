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
/// points of [B, N, F], over all of a set's points; a tensor of more axes, such as an image, has one of each for all. What never varies is
/// centred and not scaled.
/// </remarks>
public sealed class Standardisation : Network
{
    private readonly Tensor thetaMean;
    private readonly Tensor thetaScale;
    private readonly string[] _parts;

    /// <summary>Learns from a training set.</summary>
    /// <param name="theta">Its parameters, [N, D].</param>
    /// <param name="x">Its N observations.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Standardisation(Tensor theta, Observation x)
        : base(nameof(Standardisation))
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(x);
        Require.Batch(theta, x, theta.shape[^1]);
        using IDisposable noGrad = no_grad();
        (thetaMean, thetaScale) = Moments(theta);
        _parts = [.. x.Parts.Keys];
        RegisterComponents();
        for (int i = 0; i < _parts.Length; i++)
        {
            (Tensor mean, Tensor scale) = Moments(x[_parts[i]]);
            register_buffer($"x{i}Mean", mean);
            register_buffer($"x{i}Scale", scale);
        }
    }

    /// <summary>The scale of each parameter, [D].</summary>
    public Tensor ThetaScale => thetaScale;

    /// <summary>Parameters as networks see them.</summary>
    /// <param name="theta">[..., D] in the task's units.</param>
    public Tensor Apply(Tensor theta) => (theta - thetaMean) / ThetaScale;

    /// <summary>Parameters in the task's units.</summary>
    /// <param name="theta">[..., D] as networks see them.</param>
    public Tensor Undo(Tensor theta) => theta * ThetaScale + thetaMean;

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

    // In float64: the sum of a million numbers of float32 is not to be trusted, nor the square of one of 1e20.
    private static (Tensor Mean, Tensor Scale) Moments(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = values.to(ScalarType.Float64).reshape(-1, values.dim() <= 3 ? values.shape[^1] : 1);
        Tensor mean = columns.mean([0L]);
        Tensor deviation = (columns - mean).Squared().mean([0L]).sqrt();
        Tensor varies = deviation > mean.abs() * 1e-7;
        Tensor scale = where(varies, deviation, ones_like(deviation));
        return (
            mean.to(ScalarType.Float32).DetachFromDisposeScope(),
            scale.to(ScalarType.Float32).DetachFromDisposeScope());
    }
}
