using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Images;
using Reproduce.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>
/// A U-Net for parameters that are a square image of one channel (Ronneberger et al. 2015, in the form of Ho et al. 2020 and of the
/// Keras example by Nain 2022, which the published experiment adapted).
/// </summary>
/// <remarks>
/// <para>A 3 x 3 convolution; on each level residual blocks, whose results are kept, and a strided convolution to the next; two
/// residual blocks with self-attention between them; on each level residual blocks on the concatenation with what was kept, last
/// first, and enlargement by repetition with a convolution; norm, swish, 3 x 3 convolution to one channel.</para>
/// <para>The lowest level has self-attention behind every residual block. Every residual block sees the concatenation of time embedding
/// and condition. The last convolution, that of every residual block and the projections of the attention begin at zero, so an
/// untrained network gives zero everywhere.</para>
/// </remarks>
public sealed class UNet : FreeFormNetwork
{
    private readonly TimeEmbedding embedding;
    private readonly Convolution first;
    private readonly ModuleList<ResidualBlock> blocksDown = [];
    private readonly ModuleList<ImageAttentionBlock> attentionDown = [];
    private readonly ModuleList<Convolution> shrink = [];
    private readonly ResidualBlock middle1;
    private readonly ImageAttentionBlock middleAttention;
    private readonly ResidualBlock middle2;
    private readonly ModuleList<ResidualBlock> blocksUp = [];
    private readonly ModuleList<ImageAttentionBlock> attentionUp = [];
    private readonly ModuleList<Convolution> enlarge = [];
    private readonly GroupNormalisation norm;
    private readonly Convolution last;
    private readonly long _side;
    private readonly int _levels;
    private readonly int _blocks;

    /// <summary>A network for images of <paramref name="side"/> x <paramref name="side"/> pixels and S summaries.</summary>
    /// <param name="side">Height and width; a multiple of 2^(levels - 1).</param>
    /// <param name="condition">S.</param>
    /// <param name="largestTime">T: the largest noise level of a consistency model, 1 for flow matching.</param>
    /// <param name="settings">Widths and depths.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <exception cref="ArgumentException">The image cannot be halved that often.</exception>
    public UNet(long side, long condition, double largestTime, UNetSettings settings, RandomSource random)
        : base(nameof(UNet))
    {
        ArgumentNullException.ThrowIfNull(settings);
        _side = side;
        _levels = settings.Levels;
        _blocks = settings.Blocks;
        long factor = 1L << (_levels - 1);
        if (side < factor || side % factor != 0)
        {
            throw new ArgumentException($"side: expected a multiple of {factor} for {_levels} levels, got {side}.", nameof(side));
        }

        int features = 4 * settings.Channels;
        long embedded = features + condition;
        long groups = settings.Groups;
        embedding = new TimeEmbedding(features, largestTime, TimeActivation.Swish, random);
        first = new Convolution(1, settings.Channels, 3, random);

        Stack<long> kept = new([settings.Channels]);
        long width = settings.Channels;
        for (int level = 0; level < _levels; level++)
        {
            long wide = (long)settings.Channels << level;
            for (int i = 0; i < _blocks; i++)
            {
                blocksDown.Add(new ResidualBlock(width, wide, embedded, groups, random));
                width = wide;
                kept.Push(width);
                if (level == _levels - 1)
                {
                    attentionDown.Add(new ImageAttentionBlock(width, groups, random));
                }
            }

            if (level < _levels - 1)
            {
                shrink.Add(new Convolution(width, width, 3, random));
                kept.Push(width);
            }
        }

        middle1 = new ResidualBlock(width, width, embedded, groups, random);
        middleAttention = new ImageAttentionBlock(width, groups, random);
        middle2 = new ResidualBlock(width, width, embedded, groups, random);

        for (int level = _levels - 1; level >= 0; level--)
        {
            long wide = (long)settings.Channels << level;
            for (int i = 0; i <= _blocks; i++)
            {
                blocksUp.Add(new ResidualBlock(width + kept.Pop(), wide, embedded, groups, random));
                width = wide;
                if (level == _levels - 1)
                {
                    attentionUp.Add(new ImageAttentionBlock(width, groups, random));
                }
            }

            if (level > 0)
            {
                enlarge.Add(new Convolution(width, width, 3, random));
            }
        }

        norm = new GroupNormalisation(width, groups);
        last = new Convolution(width, 1, 3, random, ConvolutionStart.Zero);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(time);
        CountPass(theta.shape[0]);
        return ImagePanels.InParts(theta.shape[0], (first, count) => ApplyToPart(
            theta.narrow(0, first, count), condition.narrow(0, first, count), time.narrow(0, first, count), pass));
    }

    private Tensor ApplyToPart(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        // Every block begins with the swish of the same vector.
        Tensor swished = nn.functional.silu(cat([embedding.Apply(time), condition], 1));
        Tensor images = theta.view(-1, 1, _side, _side);
        bool panels = ImagePanels.Accept(images, first.Weight, pass);
        Tensor x = first.Apply(panels ? ImagePanels.Load(images) : images, padding: 1);
        Stack<Tensor> kept = new([x]);
        x = Down(x, swished, kept);
        x = middle2.Apply(middleAttention.Apply(middle1.Apply(x, swished)), swished);
        x = Up(x, swished, kept);
        Tensor y = last.Apply(norm.Apply(x, NormalisedActivation.SwishBehind), padding: 1);
        return (panels ? ImagePanels.Store(y, theta.shape[0]) : y).flatten(1);
    }

    // Twice as high and wide, each pixel four times.
    private static Tensor Repeated(Tensor x)
    {
        if (!ImagePanels.Hold(x))
        {
            return nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        }

        // Stacked, not expanded: the gradient is a sum of two tensors then, and not one over an axis of two.
        long[] of = x.shape;
        Tensor wide = stack([x, x], 4).view(of[0], of[1], of[2], 2 * of[3], of[4]);
        return stack([wide, wide], 3).view(of[0], of[1], 2 * of[2], 2 * of[3], of[4]);
    }

    private Tensor Down(Tensor x, Tensor swished, Stack<Tensor> kept)
    {
        for (int level = 0; level < _levels; level++)
        {
            for (int i = 0; i < _blocks; i++)
            {
                x = blocksDown[level * _blocks + i].Apply(x, swished);
                x = level == _levels - 1 ? attentionDown[i].Apply(x) : x;
                kept.Push(x);
            }

            if (level < _levels - 1)
            {
                x = shrink[level].ApplyHalving(x);
                kept.Push(x);
            }
        }

        return x;
    }

    private Tensor Up(Tensor x, Tensor swished, Stack<Tensor> kept)
    {
        for (int step = 0; step < _levels; step++)
        {
            for (int i = 0; i <= _blocks; i++)
            {
                x = blocksUp[step * (_blocks + 1) + i].Apply(cat([x, kept.Pop()], 1), swished);
                x = step == 0 ? attentionUp[i].Apply(x) : x;
            }

            if (step < _levels - 1)
            {
                x = enlarge[step].Apply(Repeated(x), padding: 1);
            }
        }

        return x;
    }
}
