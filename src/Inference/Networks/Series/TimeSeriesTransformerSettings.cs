using System.ComponentModel.DataAnnotations;

namespace Reproduce.Inference.Networks.Series;

/// <summary>Settings of <see cref="TimeSeriesTransformer"/>; the defaults are the ones of the published tumour experiment.</summary>
public sealed record TimeSeriesTransformerSettings
{
    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public int Outputs { get; init; } = 32;

    /// <summary>Self-attention blocks.</summary>
    [Range(0, 16)]
    public int Blocks { get; init; } = 2;

    /// <summary>Units of the LSTM that makes the template.</summary>
    [Range(1, 4096)]
    public int TemplateUnits { get; init; } = 32;

    /// <summary>Attention heads.</summary>
    [Range(1, 64)]
    public int Heads { get; init; } = 4;

    /// <summary>Width of each head's queries, keys and values.</summary>
    [Range(1, 4096)]
    public int KeySize { get; init; } = 64;

    /// <summary>Width of the dense layers.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 128;

    /// <summary>Dense layers of each attention block.</summary>
    [Range(1, 16)]
    public int Layers { get; init; } = 2;

    /// <summary>Dropout on the attention's weights.</summary>
    [Range(0.0, 0.99)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>L2 penalty on weights and biases of the dense layers.</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; } = 1e-4;

    /// <summary>Weights between layers of full width, of which a large network has most.</summary>
    public double RoughWeights
    {
        get
        {
            double attention = (double)Heads * KeySize;
            return 4.0 * TemplateUnits * TemplateUnits + (Blocks + 1.0) * Layers * Units * Units
                + TemplateUnits * (2 * attention + 2.0 * Units + Outputs);
        }
    }
}
