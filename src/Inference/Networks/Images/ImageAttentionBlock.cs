using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Images;
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
        Tensor images = ImagePanels.Hold(x) ? ImagePanels.Store(normalised, x.shape[0] * x.shape[^1]) : normalised;

        // One head: [N, 1, H W, C].
        Tensor sequence = images.flatten(2).transpose(1, 2).unsqueeze(1);
        Tensor mixed = nn.functional.scaled_dot_product_attention(query.Apply(sequence), key.Apply(sequence), value.Apply(sequence));
        Tensor read = projection.Apply(mixed).squeeze(1).transpose(1, 2).reshape(images.shape);
        Tensor sum = normalised.add(ImagePanels.Hold(x) ? ImagePanels.Load(read) : read, Scalars.One);
        return scope is null ? sum : sum.MoveToOuterDisposeScope();
    }
}
