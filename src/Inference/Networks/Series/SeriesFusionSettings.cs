using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks.Series;

/// <summary>Settings of <see cref="SeriesFusion"/>; the defaults are the ones of the published tumour experiment.</summary>
public sealed record SeriesFusionSettings : SummaryNetworkSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "series-fusion";

    /// <summary>The observation's part that is a curve over time, [B, T].</summary>
    public required string Curve { get; init; }

    /// <summary>The observation's parts that are profiles along one axis, [B, P] each, with the same P.</summary>
    [MinLength(1)]
    public required string[] Profiles { get; init; }

    /// <summary>Neighbouring points of the profiles that are averaged to one; divides P. The published networks see every point.</summary>
    [Range(1, 4096)]
    public int PointsPerStep { get; init; } = 1;

    /// <summary>Units of the curve's LSTM.</summary>
    [Range(1, 4096)]
    public int CurveUnits { get; init; } = 16;

    /// <summary>The profiles' transformer.</summary>
    public TimeSeriesTransformerSettings Transformer { get; init; } = new();

    /// <summary>Width of the dense layers that join both.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 256;

    /// <summary>Number of those layers.</summary>
    [Range(1, 16), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Layers { get; init; } = 2;

    /// <summary>L2 penalty on their weights and biases.</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; } = 1e-4;

    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public required int Outputs { get; init; }

    /// <inheritdoc/>
    public override bool IsSmall => false;

    /// <inheritdoc/>
    public override double RoughWeights => Transformer.RoughWeights + 4.0 * CurveUnits * CurveUnits
        + Units * ((double)CurveUnits + Transformer.Outputs + Outputs) + (Layers - 1.0) * Units * Units;

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new SeriesFusion(example, this, random);
    }
}
