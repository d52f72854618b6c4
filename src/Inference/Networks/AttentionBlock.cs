using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors;
using Reproduce.Inference.Networks.Vectors.Series;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

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
    private readonly VectorDenseDispatch _vectors;

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

        _vectors = new VectorDenseDispatch((int)width, [.. hidden.Layers, last], settings.Units);
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
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(pass);
        // By the number of multiplications: the similarities and what is read cost V + 1 instead of the key's length for each pair.
        Tensor attended = to.shape[2] < _settings.KeySize ? AttendNarrow(from, to, pass) : Attend(from, to, pass);
        Tensor h = Normalise(firstNorm, from.add(attended, Scalars.One));
        return Normalise(lastNorm, h.add(Deepen(h, pass), Scalars.One));
    }

    /// <summary>Whether attention goes through vector code.</summary>
    /// <param name="to">What is attended to, [B, M, V].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor to, ForwardPass pass) =>
        to.shape[2] < _settings.KeySize && to.shape[2] <= NarrowAttention.MostFeatures && to.shape[1] > 0
        && to.shape[2] == keys.Weight.shape[1]
        && VectorPass.Accepts(to, queries.Weight, pass);

    private Tensor Deepen(Tensor h, ForwardPass pass) =>
        _vectors.Accepts(h, pass) ? _vectors.Apply(h) : last.Apply(hidden.Apply(h, pass));

    private static Tensor Normalise(LayerNormalisation? norm, Tensor x) => norm is null ? x : norm.Apply(x);

    // Multihead attention as it is written, [B, N, Q].
    private Tensor Attend(Tensor from, Tensor to, ForwardPass pass)
    {
        using Scalar scale = (1 / Math.Sqrt(_settings.KeySize)).ToScalar();
        Tensor similarity = Heads(queries.Apply(from)).matmul(Heads(keys.Apply(to)).transpose(2, 3)).mul(scale); // [B, heads, N, M]
        Tensor weights = pass.Dropout(similarity.softmax(3), _settings.Dropout);
        return joined.Apply(weights.matmul(Heads(values.Apply(to))).transpose(1, 2).flatten(2));
    }

    // The same for vectors that are shorter than their keys. A key is affine in what is attended to, so a similarity is a bilinear form
    // of both vectors, each with a 1 for the bias, and a value and what is joined from it is one affine map: nothing of the keys' length is
    // made for every point of a series.
    private Tensor AttendNarrow(Tensor from, Tensor to, ForwardPass pass)
    {
        long batch = from.shape[0], rows = from.shape[1], heads = _settings.Heads;
        using Scalar scale = (1 / Math.Sqrt(_settings.KeySize)).ToScalar();
        Tensor forms = Maps(queries).transpose(1, 2).matmul(Maps(keys)).mul(scale);            // [heads, Q + 1, V + 1]
        Tensor asked = WithOne(from).flatten(0, 1).mm(forms.transpose(0, 1).flatten(1));       // [B * N, heads * (V + 1)]
        RowDropout dropout = pass.RowMask(_settings.Dropout);
        Tensor read = UsesVectors(to, pass)
            ? ReadInVectors(asked, to, dropout)
            : Read(asked.view(batch, rows * heads, -1), WithOne(to), dropout);
        Tensor outward = joined.Weight.t().view(heads, _settings.KeySize, -1);                 // [heads, key, Q]
        Tensor written = Maps(values).transpose(1, 2).matmul(outward).flatten(0, 1);           // [heads * (V + 1), Q]
        return read.view(batch, rows, -1).matmul(written).add(joined.Bias, Scalars.One);
    }

    // [B, N * heads, V + 1] and [B, M, V + 1] to [B, N * heads, V + 1].
    private static Tensor Read(Tensor asked, Tensor seen, RowDropout dropout)
    {
        Tensor weights = asked.bmm(seen.transpose(1, 2)).softmax(2); // [B, N * heads, M]
        if (!dropout.IsOn)
        {
            return weights.bmm(seen);
        }

        Tensor mask = empty(weights.shape, dtype: ScalarType.Float32, device: CPU);
        dropout.Fill(TensorMemory.Floats(mask), (int)weights.shape[2]);
        return (weights * HostCopy.Move(mask, weights.device)).bmm(seen);
    }

    // The same, with nothing of the size N * M.
    private static Tensor ReadInVectors(Tensor asked, Tensor to, RowDropout dropout)
    {
        int batch = (int)to.shape[0], members = (int)to.shape[1], features = (int)to.shape[2];
        AttentionShape shape = new(batch, (int)(asked.numel() / (batch * (features + 1))), members, features);
        return new VectorAttentionPass(shape, asked.view(batch, -1), to.contiguous(), dropout).Apply();
    }

    // Weights with the bias as a last column, [heads, key, inputs + 1].
    private Tensor Maps(Dense layer) =>
        cat([layer.Weight, layer.Bias.unsqueeze(1)], 1).view(_settings.Heads, _settings.KeySize, -1);

    // [B, N, F] to [B, N, F + 1].
    private static Tensor WithOne(Tensor x) => nn.functional.pad(x, [0, 1], PaddingModes.Constant, 1);

    // [B, N, heads * key] to [B, heads, N, key].
    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _settings.Heads, _settings.KeySize).transpose(1, 2);
}
