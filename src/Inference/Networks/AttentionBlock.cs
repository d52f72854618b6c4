using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>Widths of the attention in a <see cref="SetTransformer"/>.</summary>
/// <param name="Heads">Attention heads.</param>
/// <param name="KeySize">Width of each head's queries, keys and values.</param>
/// <param name="Units">Width of the dense layers behind the attention.</param>
/// <param name="Layers">Number of those layers.</param>
/// <param name="Dropout">Dropout on the attention's weights.</param>
/// <param name="LayerNorm">Whether both sums of the block are normalised.</param>
/// <param name="L2">L2 penalty on weights and biases of the dense layers behind the attention.</param>
public sealed record AttentionSettings(
    int Heads = 4, int KeySize = 32, int Units = 64, int Layers = 2, double Dropout = 0.01, bool LayerNorm = false, double L2 = 0);

/// <summary>
/// A multihead attention block (Lee et al. 2019): h = q + attention(q, v, v), then h + mlp(h), each
/// sum followed by layer normalisation if wanted. Its width is the width of the queries.
/// </summary>
public sealed class AttentionBlock : Network
{
    private readonly Dense queries;
    private readonly Dense keys;
    private readonly Dense values;
    private readonly Dense joined;
    private readonly DenseLayers hidden;
    private readonly Dense last;
    private readonly LayerNormalisation? firstNorm;
    private readonly LayerNormalisation? lastNorm;
    private readonly AttentionSettings _settings;

    /// <summary>A block with Glorot-uniform weights and zero biases.</summary>
    /// <param name="width">Width of the queries and of the result, Q.</param>
    /// <param name="attended">Width of what is attended to, V.</param>
    /// <param name="settings">Heads and dense layers.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public AttentionBlock(long width, long attended, AttentionSettings settings, RandomSource random)
        : base(nameof(AttentionBlock))
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        long all = (long)settings.Heads * settings.KeySize;
        queries = new Dense(width, all, random);
        keys = new Dense(attended, all, random);
        values = new Dense(attended, all, random);
        joined = new Dense(all, width, random);
        hidden = new DenseLayers(width, settings.Units, settings.Layers, random, l2: settings.L2, biasL2: settings.L2);
        last = new Dense(settings.Units, width, random);
        if (settings.LayerNorm)
        {
            firstNorm = new LayerNormalisation(width);
            lastNorm = new LayerNormalisation(width);
        }

        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="from">The queries, [B, N, Q].</param>
    /// <param name="to">What is attended to, [B, M, V].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[B, N, Q].</returns>
    public Tensor Apply(Tensor from, Tensor to, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(pass);
        using Scalar scale = (1 / Math.Sqrt(_settings.KeySize)).ToScalar();
        Tensor similarity = Heads(queries.Apply(from)).matmul(Heads(keys.Apply(to)).transpose(2, 3)).mul(scale); // [B, heads, N, M]
        Tensor weights = pass.Dropout(similarity.softmax(3), _settings.Dropout);
        Tensor read = weights.matmul(Heads(values.Apply(to))).transpose(1, 2).flatten(2);
        Tensor h = Normalise(firstNorm, from.add(joined.Apply(read), Scalars.One));
        return Normalise(lastNorm, h.add(last.Apply(hidden.Apply(h, pass)), Scalars.One));
    }

    private static Tensor Normalise(LayerNormalisation? norm, Tensor x) => norm is null ? x : norm.Apply(x);

    // [B, N, heads * key] to [B, heads, N, key].
    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _settings.Heads, _settings.KeySize).transpose(1, 2);
}
