using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Images;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>Self-attention with one head between all positions of an image, y = n + P(attention(n)) with n the normalised input.</summary>
/// <remarks>
/// The projection P begins at zero. What is added to is n and not the input itself: so it is in the published network and in the Keras
/// example that it is taken from (Nain 2022).
/// </remarks>
internal sealed class ImageAttentionBlock : Network
{
    private readonly GroupNormalisation norm;
    private readonly Dense query;
    private readonly Dense key;
    private readonly Dense value;
    private readonly Dense projection;

    /// <summary>A block for images of <paramref name="channels"/> channels.</summary>
    public ImageAttentionBlock(long channels, long groups, RandomSource random)
        : base(nameof(ImageAttentionBlock))
    {
        norm = new GroupNormalisation(channels, groups);
        query = new Dense(channels, channels, random);
        key = new Dense(channels, channels, random);
        value = new Dense(channels, channels, random);
        projection = new Dense(channels, channels, null);
        RegisterComponents();
    }

    /// <summary>[N, C, H, W], or in panels, to the same shape.</summary>
    public Tensor Apply(Tensor x)
    {
        using DisposeScope? scope = ImagePanels.ScopeOf(x);
        Tensor normalised = norm.Apply(x);
        Tensor sum = normalised.add(ImagePanels.Hold(x) ? ReadPanels(normalised) : Read(normalised), Scalars.One);
        return scope is null ? sum : sum.MoveToOuterDisposeScope();
    }

    private Tensor Read(Tensor images)
    {
        // One head: [N, 1, H W, C].
        Tensor sequence = images.flatten(2).transpose(1, 2).unsqueeze(1);
        Tensor mixed = nn.functional.scaled_dot_product_attention(query.Apply(sequence), key.Apply(sequence), value.Apply(sequence));
        return projection.Apply(mixed).squeeze(1).transpose(1, 2).reshape(images.shape);
    }

    private Tensor ReadPanels(Tensor images)
    {
        // Dense layers of every pixel are convolutions of 1 x 1.
        Tensor asked = Convolution.ApplyPointwise(
            images, cat([query.Weight, key.Weight, value.Weight], 0), cat([query.Bias, key.Bias, value.Bias], 0));
        PanelAttentionShape shape = new((int)images.shape[1], (int)(images.shape[2] * images.shape[3]));
        Tensor mixed = new VectorPanelAttentionPass(shape, asked).Apply().view(images.shape);
        return Convolution.ApplyPointwise(mixed, projection.Weight, projection.Bias);
    }
}
