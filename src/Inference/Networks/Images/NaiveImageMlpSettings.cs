using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks.Images;

/// <summary>Settings of <see cref="NaiveImageMlp"/>; the defaults are the ones of the published denoising experiment.</summary>
public sealed record NaiveImageMlpSettings : FreeFormNetworkSettings, IValidatableObject, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "naive";

    /// <summary>Width of every hidden layer.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 2048;

    /// <summary>Residual layers behind the first dense layer.</summary>
    [Range(1, 64)]
    public int Blocks { get; init; } = 3;

    /// <summary>Length of the time embedding, an even number.</summary>
    [Range(4, 4096)]
    public int TimeFeatures { get; init; } = 64;

    /// <inheritdoc/>
    public override double RoughWeights => (double)Units * Units * Blocks + Units;

    /// <inheritdoc/>
    public override double RoughActivations => Units * (2.0 + 4 * Blocks);

    /// <inheritdoc/>
    public override FreeFormNetwork Create(NetworkParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new NaiveImageMlp(parts.Dimension, parts.Condition, parts.LargestTime, this, parts.Random);
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TimeFeatures % 2 != 0)
        {
            yield return new ValidationResult($"expected an even number, got {TimeFeatures}", [nameof(TimeFeatures)]);
        }
    }
}
