using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Series;

/// <summary>
/// Summarises a series by attention, in the manner of a temporal fusion transformer: self-attention blocks as wide as the series, then
/// attention to their result with one query, the template, which is an LSTM's last output on the series itself.
/// </summary>
/// <remarks>
/// Attention does not see the order of the times: give the position as a feature, as <see cref="SeriesFusion"/> does. A block's weights
/// are [B, heads, T, T], so that time goes with the square of the series' length; vector code, which takes up to three features, keeps none
/// of them, libtorch's operations all.
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

        Tensor query = template.Apply(series, pass).unsqueeze(1);
        return last.Apply(pooling.Apply(query, read, pass).squeeze(1));
    }
}
