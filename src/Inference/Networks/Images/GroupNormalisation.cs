using Reproduce.Inference.Networks.Vectors.Images;
using Reproduce.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>
/// Group normalisation (Wu and He 2018): every group of channels of every image gets mean 0 and variance 1, then each channel a scale
/// and a shift that are learned.
/// </summary>
public sealed class GroupNormalisation : Network
{
    // Keras' default; PyTorch's is 1e-5.
    private const double Epsilon = 1e-3;

    private readonly Parameter scale;
    private readonly Parameter shift;
    private readonly long _groups;

    /// <summary>A layer for images of <paramref name="channels"/> channels.</summary>
    /// <param name="channels">Number of channels.</param>
    /// <param name="groups">Number of groups; divides the number of channels.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public GroupNormalisation(long channels, long groups)
        : base(nameof(GroupNormalisation))
    {
        if (groups < 1 || channels % groups != 0)
        {
            throw new ArgumentException($"groups: expected a divisor of the {channels} channels, got {groups}.", nameof(groups));
        }

        _groups = groups;
        scale = new Parameter(ones(channels, dtype: ScalarType.Float32, device: CPU));
        shift = new Parameter(zeros(channels, dtype: ScalarType.Float32, device: CPU));
        scale.DetachFromDisposeScope();
        shift.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[N, channels, H, W], or in panels.</param>
    /// <param name="activation">What is before or behind it.</param>
    /// <returns>The same shape.</returns>
    public Tensor Apply(Tensor x, NormalisedActivation activation = NormalisedActivation.None)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (ImagePanels.Hold(x))
        {
            GroupNormalisationShape shape = new((int)x.shape[1], (int)(x.shape[2] * x.shape[3]), (int)_groups, (float)Epsilon);
            return new VectorNormalisationPass(shape, activation, x, scale, shift).Apply().view(x.shape);
        }

        Tensor before = activation == NormalisedActivation.ReluBefore ? x.relu() : x;
        Tensor normalised = nn.functional.group_norm(before, _groups, scale, shift, Epsilon);
        return activation == NormalisedActivation.SwishBehind ? nn.functional.silu(normalised) : normalised;
    }
}
