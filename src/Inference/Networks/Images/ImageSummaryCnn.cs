using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Images;
using Reproduce.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>
/// Summarises images: four 3 x 3 convolutions without padding, each followed by a ReLU and group normalisation, then the mean over
/// all positions. Kernels begin He-normal, as in the published script.
/// </summary>
public sealed class ImageSummaryCnn : SummaryNetwork
{
    private readonly ModuleList<Convolution> convolutions = [];
    private readonly ModuleList<GroupNormalisation> norms = [];

    /// <summary>A network for images of <paramref name="channels"/> channels.</summary>
    /// <param name="channels">Channels of the observed image.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public ImageSummaryCnn(long channels, ImageSummaryCnnSettings settings, RandomSource random)
        : base(nameof(ImageSummaryCnn))
    {
        ArgumentNullException.ThrowIfNull(settings);
        long before = channels;
        foreach (int width in (int[])[settings.FirstChannels, settings.FirstChannels, settings.Outputs, settings.Outputs])
        {
            convolutions.Add(new Convolution(before, width, 3, random, ConvolutionStart.HeNormal, settings.L2));
            norms.Add(new GroupNormalisation(width, settings.Groups));
            before = width;
        }

        Outputs = settings.Outputs;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override long Outputs { get; }

    /// <inheritdoc/>
    /// <remarks>The observation is one tensor [B, channels, H, W] with H and W of at least 9.</remarks>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor image = x.Sole;
        if (image.dim() != 4 || image.shape[2] < 9 || image.shape[3] < 9)
        {
            throw new ArgumentException(
                $"x: expected images [B, C, H, W] of at least 9 x 9, got [{string.Join(", ", image.shape)}].",
                nameof(x)
            );
        }

        return ImagePanels.InParts(image.shape[0], (first, count) => SummarisePart(image.narrow(0, first, count), pass));
    }

    private Tensor SummarisePart(Tensor image, ForwardPass pass)
    {
        bool panels = ImagePanels.Accept(image, convolutions[0].Weight, pass);
        Tensor y = panels ? ImagePanels.Load(image) : image;
        foreach ((Convolution convolution, GroupNormalisation norm) in convolutions.Zip(norms))
        {
            y = norm.Apply(convolution.Apply(y), NormalisedActivation.ReluBefore);
        }

        Tensor means = y.mean([2, 3]);
        return panels ? means.transpose(1, 2).flatten(0, 1).narrow(0, 0, image.shape[0]) : means;
    }
}
