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
