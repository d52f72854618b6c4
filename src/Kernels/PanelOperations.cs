using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>What layers do element by element with panels (<see cref="Panels"/>), and its gradients, eight numbers at a time.</summary>
/// <remarks>These loops wait for memory and gain nothing from wider vectors. All widths give the same bits.</remarks>
public static class PanelOperations
{
    private const int Width = Panels.Width;

    /// <summary>The bias of every feature in every row.</summary>
    /// <param name="bias">[F].</param>
    /// <param name="panel">Receives [F, 32].</param>
    public static void Broadcast(ReadOnlySpan<float> bias, Span<float> panel)
    {
        Require.Reaches(panel, bias.Length * Width);
        ref float to = ref MemoryMarshal.GetReference(panel);
        for (int f = 0; f < bias.Length; f++)
        {
            Vector256<float> v = Vector256.Create(bias[f]);
            for (int at = 0; at < Width; at += 8)
            {
                v.StoreUnsafe(ref to, (nuint)(f * Width + at));
            }
        }
    }

    /// <summary>h = max(h, 0).</summary>
    /// <param name="panel">h, [F, 32].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Relu(Span<float> panel)
    {
        Require.WholeVectors(panel.Length);
        ref float h = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            Kernels.Relu.Apply(Vector256.LoadUnsafe(ref h, i), default).StoreUnsafe(ref h, i);
        }
    }

    /// <summary>h = max(h + residual, 0).</summary>
    /// <param name="panel">h, [F, 32].</param>
    /// <param name="residual">[F, 32].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRelu(Span<float> panel, ReadOnlySpan<float> residual)
    {
        Require.WholeVectors(panel.Length);
        Require.Reaches(residual, panel.Length);
        ref float h = ref MemoryMarshal.GetReference(panel);
        ref float r = ref MemoryMarshal.GetReference(residual);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            Kernels.Relu.Apply(Vector256.LoadUnsafe(ref h, i) + Vector256.LoadUnsafe(ref r, i), default).StoreUnsafe(ref h, i);
        }
    }

    /// <summary>h = max(mask h + residual, 0).</summary>
    /// <param name="panel">h, [F, 32].</param>
    /// <param name="residual">[F, 32].</param>
    /// <param name="dropout">The panel's mask.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DropoutAddRelu(Span<float> panel, ReadOnlySpan<float> residual, PanelDropout dropout)
    {
        Require.WholeVectors(panel.Length);
        Require.Reaches(residual, panel.Length);
        ref float h = ref MemoryMarshal.GetReference(panel);
        ref float r = ref MemoryMarshal.GetReference(residual);
        Span<float> room = stackalloc float[Width];
        for (int f = 0; f < panel.Length / Width; f++)
        {
            ref float m = ref MemoryMarshal.GetReference(dropout.Line(f, room));
            for (int part = 0; part < Width; part += 8)
            {
                nuint at = (nuint)(f * Width + part);
                Vector256<float> sum = Vector256.FusedMultiplyAdd(
                    Vector256.LoadUnsafe(ref h, at), Vector256.LoadUnsafe(ref m, (nuint)part), Vector256.LoadUnsafe(ref r, at));
                Kernels.Relu.Apply(sum, default).StoreUnsafe(ref h, at);
            }
        }
    }

    /// <summary>h = mask max(h, 0).</summary>
    /// <param name="panel">h, [F, 32].</param>
    /// <param name="dropout">The panel's mask.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReluDropout(Span<float> panel, PanelDropout dropout)
    {
        Require.WholeVectors(panel.Length);
        ref float h = ref MemoryMarshal.GetReference(panel);
        Span<float> room = stackalloc float[Width];
        for (int f = 0; f < panel.Length / Width; f++)
        {
            ref float m = ref MemoryMarshal.GetReference(dropout.Line(f, room));
            for (int part = 0; part < Width; part += 8)
            {
                nuint at = (nuint)(f * Width + part);
                Vector256<float> active = Kernels.Relu.Apply(Vector256.LoadUnsafe(ref h, at), default);
                (active * Vector256.LoadUnsafe(ref m, (nuint)part)).StoreUnsafe(ref h, at);
            }
        }
    }

    /// <summary>Gradient by a ReLU's input, times a factor: gradient = factor gradient where the output is positive, else 0.</summary>
    /// <param name="gradient">By the output, then by the input, [F, 32].</param>
    /// <param name="output">The ReLU's output, [F, 32].</param>
    /// <param name="factor">What units that were kept by a dropout behind the ReLU were multiplied by; 1 without dropout.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReluBackward(Span<float> gradient, ReadOnlySpan<float> output, float factor = 1)
    {
        Require.WholeVectors(gradient.Length);
        Require.Reaches(output, gradient.Length);
        ref float g = ref MemoryMarshal.GetReference(gradient);
        ref float h = ref MemoryMarshal.GetReference(output);
        Vector256<float> scale = Vector256.Create(factor);
        for (nuint i = 0; i < (nuint)gradient.Length; i += 8)
        {
            Kernels.ReluBackward.Apply(Vector256.LoadUnsafe(ref g, i) * scale, Vector256.LoadUnsafe(ref h, i)).StoreUnsafe(ref g, i);
        }
    }

    /// <summary>Gradients of max(mask h + residual, 0): by the residual and, behind the mask, by h.</summary>
    /// <param name="gradient">By the output, then by the residual, [F, 32].</param>
    /// <param name="masked">Receives the one by h, [F, 32].</param>
    /// <param name="output">[F, 32].</param>
    /// <param name="dropout">The panel's mask.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DropoutAddReluBackward(Span<float> gradient, Span<float> masked, ReadOnlySpan<float> output, PanelDropout dropout)
    {
        Require.WholeVectors(gradient.Length);
        Require.Reaches(masked, gradient.Length);
        Require.Reaches(output, gradient.Length);
        ref float g = ref MemoryMarshal.GetReference(gradient);
        ref float z = ref MemoryMarshal.GetReference(masked);
        ref float h = ref MemoryMarshal.GetReference(output);
        Span<float> room = stackalloc float[Width];
        for (int f = 0; f < gradient.Length / Width; f++)
        {
            ref float m = ref MemoryMarshal.GetReference(dropout.Line(f, room));
            for (int part = 0; part < Width; part += 8)
            {
                nuint at = (nuint)(f * Width + part);
                Vector256<float> active = Kernels.ReluBackward.Apply(Vector256.LoadUnsafe(ref g, at), Vector256.LoadUnsafe(ref h, at));
                active.StoreUnsafe(ref g, at);
                (active * Vector256.LoadUnsafe(ref m, (nuint)part)).StoreUnsafe(ref z, at);
            }
        }
    }

    /// <summary>Adds the sum over the panel of each feature: the gradient of a bias.</summary>
    /// <param name="panel">[F, 32].</param>
    /// <param name="sums">[F].</param>
    public static void AddRowSums(ReadOnlySpan<float> panel, Span<float> sums)
    {
        Require.Reaches(panel, sums.Length * Width);
        ref float from = ref MemoryMarshal.GetReference(panel);
        for (int f = 0; f < sums.Length; f++)
        {
            nuint at = (nuint)(f * Width);
            Vector256<float> left = Vector256.LoadUnsafe(ref from, at) + Vector256.LoadUnsafe(ref from, at + 16);
            Vector256<float> right = Vector256.LoadUnsafe(ref from, at + 8) + Vector256.LoadUnsafe(ref from, at + 24);
            sums[f] += Vector256.Sum(left + right);
        }
    }

    /// <summary>to += from.</summary>
    /// <param name="from">As many numbers as <paramref name="to"/>, or more.</param>
    /// <param name="to">A multiple of 8 numbers.</param>
    public static void Add(ReadOnlySpan<float> from, Span<float> to)
    {
        Require.WholeVectors(to.Length);
        Require.Reaches(from, to.Length);
        ref float f = ref MemoryMarshal.GetReference(from);
        ref float t = ref MemoryMarshal.GetReference(to);
        for (nuint i = 0; i < (nuint)to.Length; i += 8)
        {
            (Vector256.LoadUnsafe(ref t, i) + Vector256.LoadUnsafe(ref f, i)).StoreUnsafe(ref t, i);
        }
    }

    /// <summary>to += factor from.</summary>
    /// <param name="from">As many numbers as <paramref name="to"/>, or more.</param>
    /// <param name="factor">The factor; the product is rounded before it is added.</param>
    /// <param name="to">A multiple of 8 numbers.</param>
    public static void AddScaled(ReadOnlySpan<float> from, float factor, Span<float> to)
    {
        Require.WholeVectors(to.Length);
        Require.Reaches(from, to.Length);
        ref float f = ref MemoryMarshal.GetReference(from);
        ref float t = ref MemoryMarshal.GetReference(to);
        for (nuint i = 0; i < (nuint)to.Length; i += 8)
        {
            (Vector256.LoadUnsafe(ref t, i) + Vector256.LoadUnsafe(ref f, i) * factor).StoreUnsafe(ref t, i);
        }
    }

    /// <summary>panel *= factor.</summary>
    /// <param name="panel">A multiple of 8 numbers.</param>
    /// <param name="factor">The factor.</param>
    public static void Scale(Span<float> panel, float factor)
    {
        Require.WholeVectors(panel.Length);
        ref float p = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            (Vector256.LoadUnsafe(ref p, i) * factor).StoreUnsafe(ref p, i);
        }
    }
}
