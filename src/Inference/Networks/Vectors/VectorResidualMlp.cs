using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>
/// The arithmetic of <see cref="ResidualMlp"/> and of its gradient in vector code, on memory.
/// </summary>
/// <remarks>
/// Rows of a batch are taken in panels of 32. Inside a panel features come first, [H, 32]: then every layer is a product of its
/// weights, as they lie in memory, with a panel, and nothing has to be packed. The last panel is filled up with zero rows, whose
/// results are dropped and whose gradients are zero. What is done element by element waits for memory and gains nothing from vectors
/// wider than 256 bits; with the products' fixed order of summation every width gives the same bits.
/// </remarks>
/// <param name="inputs">Width of the input, C.</param>
/// <param name="units">Width of the hidden layers, H.</param>
/// <param name="blocks">Number of residual blocks.</param>
/// <param name="outputs">Width of the output, D.</param>
internal sealed class VectorResidualMlp(int inputs, int units, int blocks, int outputs)
{
    private const int Panel = PanelProduct.Columns;

    [ThreadStatic]
    private static float[]? t_scratch;

    /// <summary>Numbers that a forward pass leaves for the backward pass of <paramref name="rows"/> rows: the hidden layers.</summary>
    /// <param name="rows">N.</param>
    internal long SavedLength(int rows) => (long)Panels(rows) * PanelLength;

    private int HiddenLength => units * Panel;

    private int PanelLength => (blocks + 1) * HiddenLength;

    /// <summary>Applies the network.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="weights">First, block and last layers.</param>
    /// <param name="masks">A dropout mask [H, N] for every block, or empty.</param>
    /// <param name="y">Receives [N, D].</param>
    /// <param name="saved">Receives the hidden layers, <see cref="SavedLength"/> numbers; empty when there is no backward pass.</param>
    /// <param name="rows">N.</param>
    internal void Forward(
        ReadOnlySpan<float> x, in MlpMemory weights, ReadOnlySpan<MaskMemory> masks, Span<float> y, Span<float> saved, int rows)
    {
        int ownHidden = saved.IsEmpty ? 2 * HiddenLength : 0;
        Span<float> scratch = Scratch(Panel * (inputs + outputs) + ownHidden);
        Span<float> input = scratch[..(Panel * inputs)];
        Span<float> output = scratch.Slice(Panel * inputs, Panel * outputs);
        Span<float> own = scratch[(Panel * (inputs + outputs))..];
        for (int p = 0, first = 0; first < rows; p++, first += Panel)
        {
            int count = Math.Min(Panel, rows - first);
            LoadRows(x.Slice(first * inputs, count * inputs), input, inputs, count);
            Span<float> Hidden(Span<float> own, Span<float> saved, int layer) =>
                saved.IsEmpty ? own.Slice(layer % 2 * HiddenLength, HiddenLength) : saved.Slice(p * PanelLength + layer * HiddenLength, HiddenLength);

            Span<float> h = Hidden(own, saved, 0);
            Spread(weights.Bias(0), h, units);
            PanelProduct.AddTo(weights.Weight(0), inputs, 1, input, h, Panel, units, inputs);
            Rectify(h);
            for (int b = 1; b <= blocks; b++)
            {
                Span<float> next = Hidden(own, saved, b);
                Spread(weights.Bias(b), next, units);
                PanelProduct.AddTo(weights.Weight(b), units, 1, h, next, Panel, units, units);
                if (masks.IsEmpty)
                {
                    AddAndRectify(next, h);
                }
                else
                {
                    MaskAddAndRectify(next, h, masks[b - 1].Span, rows, first, count);
                }

                h = next;
            }

            Spread(weights.Bias(blocks + 1), output, outputs);
            PanelProduct.AddTo(weights.Weight(blocks + 1), units, 1, h, output, Panel, outputs, units);
            StoreRows(output, y.Slice(first * outputs, count * outputs), outputs, count);
        }
    }

    /// <summary>Adds the gradients of weights and input to what they hold.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="weights">First, block and last layers.</param>
    /// <param name="masks">As in the forward pass.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="slopes">Gradient of the loss by the output, [N, D].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputSlopes">Receives the gradient by the input, [N, C]; empty when it is not wanted.</param>
    /// <param name="rows">N.</param>
    internal void Backward(
        ReadOnlySpan<float> x, in MlpMemory weights, ReadOnlySpan<MaskMemory> masks, ReadOnlySpan<float> saved, ReadOnlySpan<float> slopes,
        in MlpMemory gradients, Span<float> inputSlopes, int rows)
    {
        Span<float> scratch = Scratch(Panel * (inputs + outputs) + 4 * HiddenLength + Panel * RoundUp(inputs));
        Span<float> wide = scratch[..(Panel * Math.Max(inputs, outputs))];
        scratch = scratch[(Panel * (inputs + outputs))..];
        Span<float> slope = scratch[..HiddenLength], inner = scratch.Slice(HiddenLength, HiddenLength);
        Span<float> turned = scratch.Slice(2 * HiddenLength, HiddenLength), below = scratch.Slice(3 * HiddenLength, HiddenLength);
        Span<float> inputTurned = scratch[(4 * HiddenLength)..];
        for (int p = 0, first = 0; first < rows; p++, first += Panel)
        {
            int count = Math.Min(Panel, rows - first);
            Span<float> dy = wide[..(Panel * outputs)];
            LoadRows(slopes.Slice(first * outputs, count * outputs), dy, outputs, count);
            ReadOnlySpan<float> h = saved.Slice(p * PanelLength + blocks * HiddenLength, HiddenLength);
            Turn(h, turned, units);
            WeightGradient(dy, turned, gradients.Weight(blocks + 1), outputs, units);
            AddRowSums(dy, gradients.Bias(blocks + 1), outputs);
            slope.Clear();
            PanelProduct.AddTo(weights.Weight(blocks + 1), 1, units, dy, slope, Panel, units, outputs);
            for (int b = blocks; b > 0; b--)
            {
                // slope: by the block's output; after this: by its input along the residual, and inner: by its affine layer.
                if (masks.IsEmpty)
                {
                    WhereActive(slope, h);
                    slope.CopyTo(inner);
                }
                else
                {
                    WhereActiveAndMasked(slope, inner, h, masks[b - 1].Span, rows, first, count);
                }

                h = saved.Slice(p * PanelLength + (b - 1) * HiddenLength, HiddenLength);
                Turn(h, turned, units);
                WeightGradient(inner, turned, gradients.Weight(b), units, units);
                AddRowSums(inner, gradients.Bias(b), units);
                slope.CopyTo(below);
                PanelProduct.AddTo(weights.Weight(b), 1, units, inner, below, Panel, units, units);
                Span<float> swap = slope;
                slope = below;
                below = swap;
            }

            WhereActive(slope, h);
            AddRowSums(slope, gradients.Bias(0), units);
            Span<float> input = wide[..(Panel * inputs)];
            LoadRows(x.Slice(first * inputs, count * inputs), input, inputs, count);
            TurnNarrow(input, inputTurned, inputs);
            NarrowWeightGradient(slope, inputTurned, gradients.Weight(0), below, units, inputs);
            if (!inputSlopes.IsEmpty)
            {
                input.Clear();
                PanelProduct.AddTo(weights.Weight(0), 1, inputs, slope, input, Panel, inputs, units);
                StoreRows(input, inputSlopes.Slice(first * inputs, count * inputs), inputs, count);
            }
        }
    }

    private static int Panels(int rows) => (rows + Panel - 1) / Panel;

    private static int RoundUp(int columns) => (columns + Panel - 1) / Panel * Panel;

    private static Span<float> Scratch(int length)
    {
        if (t_scratch is null || t_scratch.Length < length + 16)
        {
            t_scratch = GC.AllocateUninitializedArray<float>(length + 16, pinned: true);
        }

        // Vectors that straddle two cache lines cost twice.
        int skip = (int)((64 - Marshal.UnsafeAddrOfPinnedArrayElement(t_scratch, 0) % 64) % 64 / sizeof(float));
        return t_scratch.AsSpan(skip, length);
    }

    // [count, width] to [width, 32], filled up with zeros.
    private static void LoadRows(ReadOnlySpan<float> rows, Span<float> panel, int width, int count)
    {
        if (count < Panel)
        {
            panel.Clear();
        }

        for (int n = 0; n < count; n++)
        {
            for (int f = 0; f < width; f++)
            {
                panel[f * Panel + n] = rows[n * width + f];
            }
        }
    }

    private static void StoreRows(ReadOnlySpan<float> panel, Span<float> rows, int width, int count)
    {
        for (int n = 0; n < count; n++)
        {
            for (int f = 0; f < width; f++)
            {
                rows[n * width + f] = panel[f * Panel + n];
            }
        }
    }

    private static void Spread(ReadOnlySpan<float> bias, Span<float> panel, int features)
    {
        ref float to = ref MemoryMarshal.GetReference(panel);
        for (int f = 0; f < features; f++)
        {
            Vector256<float> v = Vector256.Create(bias[f]);
            for (int at = 0; at < Panel; at += 8)
            {
                v.StoreUnsafe(ref to, (nuint)(f * Panel + at));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rectify(Span<float> panel)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            Vector256.Max(Vector256.LoadUnsafe(ref h, i), Vector256<float>.Zero).StoreUnsafe(ref h, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddAndRectify(Span<float> panel, ReadOnlySpan<float> residual)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        ref float r = ref MemoryMarshal.GetReference(residual);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            Vector256.Max(Vector256.LoadUnsafe(ref h, i) + Vector256.LoadUnsafe(ref r, i), Vector256<float>.Zero).StoreUnsafe(ref h, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MaskAddAndRectify(Span<float> panel, ReadOnlySpan<float> residual, ReadOnlySpan<float> mask, int rows, int first, int count)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        ref float r = ref MemoryMarshal.GetReference(residual);
        Span<float> line = stackalloc float[Panel];
        for (int f = 0; f < units; f++)
        {
            ref float m = ref MaskLine(mask, f * rows + first, count, line);
            for (int part = 0; part < Panel; part += 8)
            {
                nuint at = (nuint)(f * Panel + part);
                Vector256<float> sum = Vector256.FusedMultiplyAdd(
                    Vector256.LoadUnsafe(ref h, at), Vector256.LoadUnsafe(ref m, (nuint)part), Vector256.LoadUnsafe(ref r, at));
                Vector256.Max(sum, Vector256<float>.Zero).StoreUnsafe(ref h, at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WhereActiveAndMasked(
        Span<float> slope, Span<float> inner, ReadOnlySpan<float> output, ReadOnlySpan<float> mask, int rows, int first, int count)
    {
        ref float s = ref MemoryMarshal.GetReference(slope);
        ref float z = ref MemoryMarshal.GetReference(inner);
        ref float h = ref MemoryMarshal.GetReference(output);
        Span<float> line = stackalloc float[Panel];
        for (int f = 0; f < units; f++)
        {
            ref float m = ref MaskLine(mask, f * rows + first, count, line);
            for (int part = 0; part < Panel; part += 8)
            {
                nuint at = (nuint)(f * Panel + part);
                Vector256<float> active = Vector256.GreaterThan(Vector256.LoadUnsafe(ref h, at), Vector256<float>.Zero) & Vector256.LoadUnsafe(ref s, at);
                active.StoreUnsafe(ref s, at);
                (active * Vector256.LoadUnsafe(ref m, (nuint)part)).StoreUnsafe(ref z, at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float MaskLine(ReadOnlySpan<float> mask, int at, int count, Span<float> line)
    {
        if (count == Panel)
        {
            return ref MemoryMarshal.GetReference(mask.Slice(at, Panel));
        }

        mask.Slice(at, count).CopyTo(line);
        return ref MemoryMarshal.GetReference(line);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WhereActive(Span<float> slope, ReadOnlySpan<float> output)
    {
        ref float s = ref MemoryMarshal.GetReference(slope);
        ref float h = ref MemoryMarshal.GetReference(output);
        for (nuint i = 0; i < (nuint)slope.Length; i += 8)
        {
            (Vector256.GreaterThan(Vector256.LoadUnsafe(ref h, i), Vector256<float>.Zero) & Vector256.LoadUnsafe(ref s, i)).StoreUnsafe(ref s, i);
        }
    }

    private static void AddRowSums(ReadOnlySpan<float> panel, Span<float> sums, int features)
    {
        ref float from = ref MemoryMarshal.GetReference(panel);
        for (int f = 0; f < features; f++)
        {
            nuint at = (nuint)(f * Panel);
            Vector256<float> left = Vector256.LoadUnsafe(ref from, at) + Vector256.LoadUnsafe(ref from, at + 16);
            Vector256<float> right = Vector256.LoadUnsafe(ref from, at + 8) + Vector256.LoadUnsafe(ref from, at + 24);
            sums[f] += Vector256.Sum(left + right);
        }
    }

    // [features, 32 rows] to panels over the features: [features / 32][32 rows, 32 features].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(ReadOnlySpan<float> panel, Span<float> turned, int features)
    {
        ref float from = ref MemoryMarshal.GetReference(panel);
        ref float to = ref MemoryMarshal.GetReference(turned);
        for (int f = 0; f < features; f += Panel)
        {
            ref float source = ref Unsafe.Add(ref from, f * Panel);
            ref float target = ref Unsafe.Add(ref to, f * Panel);
            for (int n = 0; n < Panel; n++)
            {
                for (int j = 0; j < Panel; j++)
                {
                    Unsafe.Add(ref target, n * Panel + j) = Unsafe.Add(ref source, j * Panel + n);
                }
            }
        }
    }

    // The same for a number of features that is no multiple of 32.
    private static void TurnNarrow(ReadOnlySpan<float> panel, Span<float> turned, int features)
    {
        turned.Clear();
        for (int f = 0; f < features; f++)
        {
            for (int n = 0; n < Panel; n++)
            {
                turned[f / Panel * Panel * Panel + n * Panel + f % Panel] = panel[f * Panel + n];
            }
        }
    }

    // gradient [rows, columns] += slopes [rows, 32] times the turned layer below.
    private static void WeightGradient(ReadOnlySpan<float> slopes, ReadOnlySpan<float> turned, Span<float> gradient, int rows, int columns)
    {
        for (int j = 0; j < columns; j += Panel)
        {
            PanelProduct.AddTo(slopes, Panel, 1, turned.Slice(j * Panel, Panel * Panel), gradient[j..], columns, rows, Panel);
        }
    }

    private static void NarrowWeightGradient(
        ReadOnlySpan<float> slopes, ReadOnlySpan<float> turned, Span<float> gradient, Span<float> block, int rows, int columns)
    {
        for (int j = 0; j < columns; j += Panel)
        {
            block.Clear();
            PanelProduct.AddTo(slopes, Panel, 1, turned.Slice(j * Panel, Panel * Panel), block, Panel, rows, Panel);
            int width = Math.Min(Panel, columns - j);
            for (int i = 0; i < rows; i++)
            {
                for (int k = 0; k < width; k++)
                {
                    gradient[i * columns + j + k] += block[i * Panel + k];
                }
            }
        }
    }
}
