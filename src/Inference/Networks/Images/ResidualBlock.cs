using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Images;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>
/// A residual block of the U-Net: norm, swish, convolution, plus a dense layer of the swished condition, norm, swish, convolution, plus
/// the input (through a 1 x 1 convolution where the width changes). The last convolution begins at zero.
/// </summary>
/// <remarks>
/// Sums are written with a factor that lives for ever (<see cref="Scalars"/>). With <c>h + x</c> a garbage collection could free the
/// hidden factor 1 while the sum was reading it: an exception or a wrong image, and different ones in batches of one and of two.
/// </remarks>
internal sealed class ResidualBlock : Network
{
    private readonly GroupNormalisation norm1;
    private readonly Convolution convolution1;
    private readonly Dense conditioning;
    private readonly GroupNormalisation norm2;
    private readonly Convolution convolution2;
    private readonly Convolution? shortcut;

    /// <summary>A block from <paramref name="inputs"/> to <paramref name="outputs"/> channels.</summary>
    public ResidualBlock(long inputs, long outputs, long condition, long groups, RandomSource random)
        : base(nameof(ResidualBlock))
    {
        norm1 = new GroupNormalisation(inputs, groups);
        convolution1 = new Convolution(inputs, outputs, 3, random);
        conditioning = new Dense(condition, outputs, random);
        norm2 = new GroupNormalisation(outputs, groups);
        convolution2 = new Convolution(outputs, outputs, 3, random, ConvolutionStart.Zero);
        shortcut = inputs == outputs ? null : new Convolution(inputs, outputs, 1, random);
        RegisterComponents();
    }

    /// <summary>[N, inputs, H, W], or in panels, and the swished condition [N, C] to [N, outputs, H, W].</summary>
    public Tensor Apply(Tensor x, Tensor swishedCondition)
    {
        using DisposeScope? scope = ImagePanels.ScopeOf(x);
        Tensor h = convolution1.Apply(norm1.Apply(x, NormalisedActivation.SwishBehind), padding: 1, conditioning.Apply(swishedCondition));
        h = convolution2.Apply(norm2.Apply(h, NormalisedActivation.SwishBehind), padding: 1);
        Tensor sum = h.add(shortcut is null ? x : shortcut.Apply(x), Scalars.One);
        return scope is null ? sum : sum.MoveToOuterDisposeScope();
    }
}
