namespace Reproduce.Kernels;

/// <summary>A gradient by what a query of a <see cref="NarrowAttention"/> read, times what dropout multiplies by.</summary>
internal readonly struct AttentionSlope
{
    /// <summary>The gradient.</summary>
    /// <param name="gradient">Two to four numbers, the last by the sum of the weights.</param>
    /// <param name="read">What was read.</param>
    /// <param name="kept">What dropout multiplies by.</param>
    internal AttentionSlope(ReadOnlySpan<float> gradient, ReadOnlySpan<float> read, float kept)
    {
        float mean = 0;
        for (int f = 0; f < gradient.Length; f++)
        {
            mean += gradient[f] * read[f];
        }

        Mean = mean;
        G0 = gradient[0] * kept;
        G1 = gradient.Length > 2 ? gradient[1] * kept : 0;
        G2 = gradient.Length > 3 ? gradient[2] * kept : 0;
        G3 = gradient[^1] * kept;
    }

    /// <summary>By the first number.</summary>
    internal float G0 { get; }

    /// <summary>By the second, or 0.</summary>
    internal float G1 { get; }

    /// <summary>By the third, or 0.</summary>
    internal float G2 { get; }

    /// <summary>By the sum of the weights.</summary>
    internal float G3 { get; }

    /// <summary>The mean over the softmax's weights of the gradients by these weights.</summary>
    internal float Mean { get; }
}
