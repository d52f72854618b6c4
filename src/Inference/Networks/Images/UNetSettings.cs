using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks.Images;

/// <summary>Settings of <see cref="UNet"/>; the defaults are the ones of the published denoising experiment.</summary>
public sealed record UNetSettings : FreeFormNetworkSettings, IValidatableObject, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "u-net";

    /// <summary>Channels of the first level; every further level has twice as many. The time embedding is four times as long.</summary>
    [Range(1, 1024)]
    public int Channels { get; init; } = 16;

    /// <summary>Number of levels; each is half as high and wide as the one above.</summary>
    [Range(1, 6)]
    public int Levels { get; init; } = 3;

    /// <summary>Residual blocks of a level on the way down; there is one more on the way up.</summary>
    [Range(1, 8)]
    public int Blocks { get; init; } = 2;

    /// <summary>Groups of the normalisation; divides <see cref="Channels"/>.</summary>
    [Range(1, 1024)]
    public int Groups { get; init; } = 8;

    /// <inheritdoc/>
    public override double RoughWeights
    {
        get
        {
            double widest = Channels * Math.Pow(2, Levels - 1);
            return 4.0 * Blocks * 9 * widest * widest;
        }
    }

    /// <inheritdoc/>
    /// <remarks>For images of 28 x 28; a level has half of the numbers of the one above, and six tensors or so in each block.</remarks>
    public override double RoughActivations =>
        28 * 28 * Channels * 6.0 * (2 * Blocks + 1) * Enumerable.Range(0, Levels).Sum(l => Math.Pow(0.5, l));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The parameters are no square image, or one that cannot be halved that often.</exception>
    public override FreeFormNetwork Create(NetworkParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        long side = (long)Math.Round(Math.Sqrt(parts.Dimension));
        return side * side == parts.Dimension
            ? new UNet(side, parts.Condition, parts.LargestTime, this, parts.Random)
            : throw new ArgumentException($"a u-net needs parameters that are a square image, and this task has {parts.Dimension}.");
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Channels % Groups != 0)
        {
            yield return new ValidationResult($"expected a divisor of channels ({Channels}), got {Groups}", [nameof(Groups)]);
        }
    }
}
