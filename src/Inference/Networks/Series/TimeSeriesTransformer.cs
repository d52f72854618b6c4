using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

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
}

/// <summary>
/// Summarises a series by attention, in the manner of a temporal fusion transformer: self-attention blocks as wide as the series, then
/// attention to their result with one query, the template, which is an LSTM's last output on the series itself.
/// </summary>
/// <remarks>
/// Attention does not see the order of the times: give the position as a feature, as <see cref="SeriesFusion"/> does. A block's weights
/// are [B, heads, T, T], so that time and memory go with the square of the series' length.
/// </remarks>
public sealed class TimeSeriesTransformer : Network
{
    private readonly ModuleList<AttentionBlock> blocks = [];
    private readonly LstmLayer template;
    private readonly AttentionBlock pooling;
    private readonly Dense last;

    /// <summary>A network for series of vectors.</summary>
    /// <param name="features">F, numbers at each time.</param>
    /// <param name="settings">Sizes and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public TimeSeriesTransformer(long features, TimeSeriesTransformerSettings settings, RandomSource random)
        : base(nameof(TimeSeriesTransformer))
    {
        ArgumentNullException.ThrowIfNull(settings);
        AttentionSettings attention = new(
            settings.Heads, settings.KeySize, settings.Units, settings.Layers, settings.Dropout, LayerNorm: true, settings.L2);
        for (int i = 0; i < settings.Blocks; i++)
        {
            blocks.Add(new AttentionBlock(features, features, attention, random));
        }

        template = new LstmLayer(features, settings.TemplateUnits, random);
        pooling = new AttentionBlock(settings.TemplateUnits, features, attention, random);
        last = new Dense(settings.TemplateUnits, settings.Outputs, random);
        RegisterComponents();
    }

    /// <summary>Summarises a batch of series.</summary>
    /// <param name="series">[B, T, F].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[B, outputs].</returns>
    public Tensor Apply(Tensor series, ForwardPass pass)
    {
        Tensor read = series;
        foreach (AttentionBlock block in blocks)
        {
            read = block.Apply(read, read, pass);
        }

        Tensor query = template.Apply(series).unsqueeze(1);
        return last.Apply(pooling.Apply(query, read, pass).squeeze(1));
    }
}
