using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Inference.Networks.Series;

namespace Reproduce.Runner.Configuration;

/// <summary>A summary network in an experiment file, chosen by <c>kind</c>.</summary>
public abstract record SummarySettings
{
    /// <summary>The network for observations of the given example's shape.</summary>
    /// <param name="example">The training set's observations; a network may take their mean and standard deviation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public abstract SummaryNetwork Create(Observation example, RandomSource random);
}

/// <summary>No summary network: the observation itself is the condition.</summary>
public sealed record DirectSummarySettings : SummarySettings
{
    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random) =>
        new DirectSummary(example.Sole.shape[1..].Aggregate(1L, (a, b) => a * b));
}

/// <summary>A deep set for exchangeable points.</summary>
public sealed record DeepSetSummarySettings : SummarySettings
{
    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public required int Outputs { get; init; }

    /// <summary>Equivariant modules before the invariant one.</summary>
    [Range(0, 16)]
    public int EquivariantModules { get; init; } = 2;

    /// <summary>Width of every dense layer.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 64;

    /// <summary>Dense layers in each stack of a module.</summary>
    [Range(1, 16)]
    public int Layers { get; init; } = 2;

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random) => new DeepSet(
        example.Sole.shape[^1],
        new DeepSetSettings { Outputs = Outputs, EquivariantModules = EquivariantModules, Units = Units, Layers = Layers },
        random);
}

/// <summary>A set transformer for exchangeable points.</summary>
public sealed record SetTransformerSummarySettings : SummarySettings
{
    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public required int Outputs { get; init; }

    /// <summary>Induced self-attention blocks.</summary>
    [Range(0, 16)]
    public int Blocks { get; init; } = 2;

    /// <summary>Inducing points of each block.</summary>
    [Range(1, 4096)]
    public int InducingPoints { get; init; } = 32;

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random) => new SetTransformer(
        example.Sole.shape[^1],
        new SetTransformerSettings { Outputs = Outputs, Blocks = Blocks, InducingPoints = InducingPoints },
        random);
}

/// <summary>An LSTM for a curve, a transformer for profiles, joined by dense layers.</summary>
public sealed record SeriesFusionSummarySettings : SummarySettings
{
    /// <summary>The observation's part that is a curve over time.</summary>
    public required string Curve { get; init; }

    /// <summary>The observation's parts that are profiles along one axis.</summary>
    [MinLength(1)]
    public required string[] Profiles { get; init; }

    /// <summary>Neighbouring points of the profiles that are averaged to one; divides their number.</summary>
    [Range(1, 4096)]
    public int PointsPerStep { get; init; } = 1;

    /// <summary>Units of the curve's LSTM.</summary>
    [Range(1, 4096)]
    public int CurveUnits { get; init; } = 16;

    /// <summary>The profiles' transformer.</summary>
    public TimeSeriesTransformerSettings Transformer { get; init; } = new();

    /// <summary>Width of the two dense layers that join both.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 256;

    /// <summary>L2 penalty on their weights and biases.</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; } = 1e-4;

    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public required int Outputs { get; init; }

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random) => new SeriesFusion(
        example,
        new SeriesFusionSettings
        {
            Curve = Curve,
            Profiles = Profiles,
            PointsPerStep = PointsPerStep,
            CurveUnits = CurveUnits,
            Transformer = Transformer,
            Units = Units,
            L2 = L2,
            Outputs = Outputs,
        },
        random);
}

/// <summary>A convolutional network for images.</summary>
public sealed record ImageCnnSummarySettings : SummarySettings
{
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
    public override SummaryNetwork Create(Observation example, RandomSource random) => new ImageSummaryCnn(
        example.Sole.shape[1],
        new ImageSummaryCnnSettings { FirstChannels = FirstChannels, Outputs = Outputs, Groups = Groups, L2 = L2 },
        random);
}
