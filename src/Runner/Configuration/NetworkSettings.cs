using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;

namespace Reproduce.Runner.Configuration;

/// <summary>A free-form network in an experiment file, chosen by <c>kind</c>; an MLP when no kind is given.</summary>
public abstract record NetworkSettings
{
    /// <summary>Weights between layers of full width, of which a large network has most.</summary>
    public abstract double RoughWeights { get; }

    /// <summary>The network with fresh weights, on the CPU.</summary>
    /// <param name="parts">What it is built from.</param>
    public abstract FreeFormNetwork Create(NetworkParts parts);
}

/// <summary>What a free-form network is built from.</summary>
/// <param name="Dimension">Number of parameters, D.</param>
/// <param name="Condition">Number of summaries, S.</param>
/// <param name="LargestTime">The largest time that the network is asked about.</param>
/// <param name="Random">Where initial weights come from.</param>
public sealed record NetworkParts(long Dimension, long Condition, double LargestTime, RandomSource Random);

/// <summary>The residual MLP of the low-dimensional experiments.</summary>
public sealed record MlpNetworkSettings : NetworkSettings
{
    /// <summary>Width of every hidden layer.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 256;

    /// <summary>Number of residual blocks behind the first dense layer.</summary>
    [Range(0, 64)]
    public int Blocks { get; init; } = 2;

    /// <summary>Dropout rate inside the residual blocks.</summary>
    [Range(0.0, 0.99)]
    public double Dropout { get; init; }

    /// <summary>L2 penalty on the weights of the first and the residual layers (not the output layer).</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; }

    /// <inheritdoc/>
    public override double RoughWeights => (double)Units * Units * Blocks + Units;

    /// <inheritdoc/>
    public override FreeFormNetwork Create(NetworkParts parts) => new ResidualMlp(
        parts.Dimension,
        parts.Condition,
        new ResidualMlpSettings { Units = Units, Blocks = Blocks, Dropout = Dropout, L2 = L2 },
        parts.Random);
}

/// <summary>The network of the denoising experiment that does not know that its parameters are an image.</summary>
public sealed record NaiveNetworkSettings : NetworkSettings
{
    /// <summary>Width of every hidden layer.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 2048;

    /// <summary>Residual layers behind the first dense layer.</summary>
    [Range(1, 64)]
    public int Blocks { get; init; } = 3;

    /// <summary>Length of the time embedding, an even number of at least 4.</summary>
    [Range(4, 4096)]
    public int TimeFeatures { get; init; } = 64;

    /// <inheritdoc/>
    public override double RoughWeights => (double)Units * Units * Blocks + Units;

    /// <inheritdoc/>
    public override FreeFormNetwork Create(NetworkParts parts) => new NaiveImageMlp(
        parts.Dimension,
        parts.Condition,
        parts.LargestTime,
        new NaiveImageMlpSettings { Units = Units, Blocks = Blocks, TimeFeatures = TimeFeatures },
        parts.Random);
}

/// <summary>The U-Net of the denoising experiment, for parameters that are a square image.</summary>
public sealed record UNetNetworkSettings : NetworkSettings
{
    /// <summary>Channels of the first level; every further level has twice as many.</summary>
    [Range(1, 1024)]
    public int Channels { get; init; } = 16;

    /// <summary>Number of levels; each is half as high and wide as the one above.</summary>
    [Range(1, 6)]
    public int Levels { get; init; } = 3;

    /// <summary>Residual blocks of a level on the way down; there is one more on the way up.</summary>
    [Range(1, 8)]
    public int Blocks { get; init; } = 2;

    /// <summary>Groups of the normalisation; divides the channels.</summary>
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
    public override FreeFormNetwork Create(NetworkParts parts)
    {
        long side = (long)Math.Round(Math.Sqrt(parts.Dimension));
        return side * side == parts.Dimension
            ? new UNet(
                side,
                parts.Condition,
                parts.LargestTime,
                new UNetSettings { Channels = Channels, Levels = Levels, Blocks = Blocks, Groups = Groups },
                parts.Random)
            : throw new ConfigurationException($"network: a u-net needs parameters that are a square image, and this task has {parts.Dimension}.");
    }
}
