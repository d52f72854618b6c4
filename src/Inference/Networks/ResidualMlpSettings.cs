using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;

namespace Reproduce.Inference.Networks;

/// <summary>Settings of <see cref="ResidualMlp"/>.</summary>
public sealed record ResidualMlpSettings : FreeFormNetworkSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "mlp";

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

    /// <summary>
    /// The numbers that the products of the residual blocks are of in draws; single precision when not given. First and last layer, the
    /// estimator's arithmetic, densities and the training stay in single precision.
    /// </summary>
    [SamplingOnly, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DrawingPrecision? DrawingPrecision { get; init; }

    /// <inheritdoc/>
    public override double RoughWeights => (double)Units * Units * Blocks + Units;

    /// <inheritdoc/>
    public override double RoughActivations => Units * (2.0 + 4 * Blocks);

    /// <inheritdoc/>
    public override FreeFormNetwork Create(NetworkParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new ResidualMlp(parts.Dimension, parts.Condition, this, parts.Random);
    }
}
