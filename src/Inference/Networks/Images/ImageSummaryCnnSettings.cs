using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks.Images;

/// <summary>Settings of <see cref="ImageSummaryCnn"/>; the defaults are the ones of the published denoising experiment.</summary>
public sealed record ImageSummaryCnnSettings : SummaryNetworkSettings, IValidatableObject, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "image-cnn";

    /// <summary>Channels of the first two convolutions.</summary>
    [Range(1, 4096)]
    public int FirstChannels { get; init; } = 64;

    /// <summary>Channels of the last two convolutions, and number of summaries.</summary>
    [Range(1, 4096)]
    public int Outputs { get; init; } = 128;

    /// <summary>Groups of the normalisation; divides both numbers of channels.</summary>
    [Range(1, 4096)]
    public int Groups { get; init; } = 8;

    /// <summary>L2 penalty on the kernels.</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; } = 1e-5;

    /// <inheritdoc/>
    public override bool IsSmall => false;

    /// <inheritdoc/>
    public override double RoughWeights =>
        9.0 * ((double)FirstChannels * FirstChannels + (double)FirstChannels * Outputs + (double)Outputs * Outputs);

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new ImageSummaryCnn(Sole(example, 4, "an image").shape[1], this, random);
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FirstChannels % Groups != 0 || Outputs % Groups != 0)
        {
            yield return new ValidationResult(
                $"expected a divisor of first_channels ({FirstChannels}) and outputs ({Outputs}), got {Groups}", [nameof(Groups)]);
        }
    }
}
