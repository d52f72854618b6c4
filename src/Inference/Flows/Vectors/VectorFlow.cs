using Reproduce.Inference.Networks.Vectors;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>
/// The arithmetic of a <see cref="CouplingFlow"/>, towards the latents, and of its gradient in vector code: all layers of 32 rows
/// (<see cref="Panels"/>) after one another, in the first-level cache.
/// </summary>
/// <remarks>The log-determinants of learnable permutations do not depend on the rows and are left to the caller.</remarks>
/// <param name="dimension">D.</param>
/// <param name="condition">S.</param>
/// <param name="permutation">How the dimensions are mixed.</param>
/// <param name="layers">The two halves of every layer.</param>
internal sealed class VectorFlow(int dimension, int condition, PermutationKind permutation, IReadOnlyList<(VectorHalf First, VectorHalf Second)> layers)
{
    private const int Panel = Panels.Width;

    /// <summary>D.</summary>
    internal int Dimension => dimension;

    /// <summary>Dropout masks in all.</summary>
    internal int Masks => layers.Sum(l => l.First.Masks + l.Second.Masks);

    // Scale and shift of the normalisation, and the permutation's matrix if it has one.
    private int FirstTensors => permutation == PermutationKind.Learnable ? 3 : 2;

    // Of every layer its input and what the permutation made of it; behind the last layer the latents.
    private int StateLength => (2 * layers.Count + 1) * dimension * Panel;

    private int PanelLength => StateLength + layers.Sum(l => l.First.SavedLength + l.Second.SavedLength);

    private int ContextLength => (dimension + condition) * Panel;

    /// <summary>Numbers that a forward pass leaves for the backward pass.</summary>
    /// <param name="rows">N.</param>
    internal long SavedLength(int rows) => (long)Panels.Count(rows) * PanelLength;

    /// <summary>Applies the flow.</summary>
    /// <param name="pass">Data and weights.</param>
    /// <param name="result">Receives [N, D + 1]: the latents and the log-determinants.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers; room for one panel is enough when there is no backward pass.</param>
    internal void Forward(in FlowPass pass, Span<float> result, Span<float> saved)
    {
        Span<float> scratch = Panels.Scratch(Panel * (condition + dimension + 1) + ContextLength);
        Span<float> given = scratch[..(Panel * condition)];
        Span<float> output = scratch.Slice(Panel * condition, Panel * (dimension + 1));
        Span<float> context = scratch.Slice(Panel * (condition + dimension + 1), ContextLength);
        bool keepsAll = saved.Length >= SavedLength(pass.Rows);
        for (int p = 0; p < Panels.Count(pass.Rows); p++)
        {
            PanelWindow window = PanelWindow.Of(pass.Rows, p);
            Span<float> own = saved.Slice(keepsAll ? p * PanelLength : 0, PanelLength);
            Span<float> states = own[..StateLength];
            Panels.LoadRows(window.Of(MlpMemory.Numbers(pass.Condition), condition), given, condition, window.Count);
            Panels.LoadRows(window.Of(MlpMemory.Numbers(pass.U), dimension), State(states, 0), dimension, window.Count);
            Span<float> log = output[(dimension * Panel)..];
            log.Clear();
            Layers(pass, window, given, states, own[StateLength..], log, context);
            State(states, 2 * layers.Count).CopyTo(output);
            Panels.StoreRows(output, window.Of(result, dimension + 1), dimension + 1, window.Count);
        }
    }

    /// <summary>Adds the gradients of the weights to what they hold and sets those by the data.</summary>
    /// <param name="pass">As in the forward pass.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="slopes">Gradient of the loss by the result, [N, D + 1].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputSlopes">Receives the gradient by the parameters, [N, D]; empty when it is not wanted.</param>
    /// <param name="conditionSlopes">Receives the gradient by the condition, [N, S]; empty when it is not wanted.</param>
    internal void Backward(
        in FlowPass pass, ReadOnlySpan<float> saved, Span<float> slopes, ReadOnlySpan<Tensor> gradients,
        Span<float> inputSlopes, Span<float> conditionSlopes)
    {
        int halves = layers.Max(l => Math.Max(l.First.ScratchLength, l.Second.ScratchLength));
        int fixedLength = Panel * (2 * condition + 2 * dimension + 1) + 2 * ContextLength;
        Span<float> scratch = Panels.Scratch(fixedLength + halves);
        Span<float> given = Take(ref scratch, Panel * condition), givenSlopes = Take(ref scratch, Panel * condition);
        Span<float> slope = Take(ref scratch, Panel * (dimension + 1)), below = Take(ref scratch, Panel * dimension);
        Span<float> context = Take(ref scratch, ContextLength), contextSlopes = Take(ref scratch, ContextLength);
        for (int p = 0; p < Panels.Count(pass.Rows); p++)
        {
            PanelWindow window = PanelWindow.Of(pass.Rows, p);
            ReadOnlySpan<float> own = saved.Slice(p * PanelLength, PanelLength);
            Panels.LoadRows(window.Of(MlpMemory.Numbers(pass.Condition), condition), given, condition, window.Count);
            Panels.LoadRows(window.Of(slopes, dimension + 1), slope, dimension + 1, window.Count);
            givenSlopes.Clear();
            LayersBack(pass, own, gradients, new BackwardRoom
            {
                Given = given,
                GivenSlopes = givenSlopes,
                Slope = slope[..(dimension * Panel)],
                LogSlope = slope[(dimension * Panel)..],
                Below = below,
                Context = context,
                ContextSlopes = contextSlopes,
                Scratch = scratch,
            });
            if (!inputSlopes.IsEmpty)
            {
                Panels.StoreRows(slope, window.Of(inputSlopes, dimension), dimension, window.Count);
            }

            if (!conditionSlopes.IsEmpty)
            {
                Panels.StoreRows(givenSlopes, window.Of(conditionSlopes, condition), condition, window.Count);
            }
        }
    }

    private void Layers(
        in FlowPass pass, PanelWindow window, ReadOnlySpan<float> given, Span<float> states, Span<float> saved, Span<float> log, Span<float> context)
    {
        ReadOnlySpan<Tensor> weights = pass.Weights;
        ReadOnlySpan<MaskMemory> masks = pass.Masks;
        for (int i = 0; i < layers.Count; i++)
        {
            (VectorHalf first, VectorHalf second) = layers[i];
            ReadOnlySpan<float> u = State(states, 2 * i);
            Span<float> mixed = State(states, 2 * i + 1), v = State(states, 2 * i + 2);

            // The latents' place holds the normalised input for a moment.
            Normalise(u, weights, v, log);
            Permute(v, weights, pass.Orders, i, mixed);
            weights = weights[FirstTensors..];

            int split = first.Width * Panel;
            first.Forward(
                mixed[..split], Join(context, mixed[split..], given), Next(ref weights, first.Tensors), NextMasks(ref masks, first.Masks), window,
                Take(ref saved, first.SavedLength), v[..split], log);
            second.Forward(
                mixed[split..], Join(context, v[..split], given), Next(ref weights, second.Tensors), NextMasks(ref masks, second.Masks), window,
                Take(ref saved, second.SavedLength), v[split..], log);
        }
    }

    private void LayersBack(in FlowPass pass, ReadOnlySpan<float> own, ReadOnlySpan<Tensor> gradients, in BackwardRoom room)
    {
        ReadOnlySpan<float> states = own[..StateLength];
        int tensorsEnd = gradients.Length, savedEnd = own.Length;
        Span<float> slope = room.Slope, below = room.Below;
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            (VectorHalf first, VectorHalf second) = layers[i];
            ReadOnlySpan<float> u = State(states, 2 * i), mixed = State(states, 2 * i + 1), v = State(states, 2 * i + 2);
            int split = first.Width * Panel, rest = second.Width * Panel;

            // v2 = f2(u2; v1, c), then v1 = f1(u1; u2, c).
            tensorsEnd -= second.Tensors;
            savedEnd -= second.SavedLength;
            room.ContextSlopes.Clear();
            second.Backward(
                mixed[split..], Join(room.Context, v[..split], room.Given), pass.Weights.AsSpan(tensorsEnd, second.Tensors), pass.Masks.Length > 0,
                own.Slice(savedEnd, second.SavedLength), slope[split..], room.LogSlope, gradients.Slice(tensorsEnd, second.Tensors),
                below[split..], room.ContextSlopes, room.Scratch);
            AddTo(slope[..split], room.ContextSlopes);
            AddTo(room.GivenSlopes, room.ContextSlopes[split..]);

            tensorsEnd -= first.Tensors;
            savedEnd -= first.SavedLength;
            room.ContextSlopes.Clear();
            first.Backward(
                mixed[..split], Join(room.Context, mixed[split..], room.Given), pass.Weights.AsSpan(tensorsEnd, first.Tensors), pass.Masks.Length > 0,
                own.Slice(savedEnd, first.SavedLength), slope[..split], room.LogSlope, gradients.Slice(tensorsEnd, first.Tensors),
                below[..split], room.ContextSlopes, room.Scratch);
            AddTo(below[split..], room.ContextSlopes);
            AddTo(room.GivenSlopes, room.ContextSlopes[rest..]);

            tensorsEnd -= FirstTensors;
            ReadOnlySpan<Tensor> weights = pass.Weights.AsSpan(tensorsEnd, FirstTensors), by = gradients.Slice(tensorsEnd, FirstTensors);
            PermuteBack(u, below, weights, by, pass.Orders, i, slope);
            NormaliseBack(u, weights, by, slope, room.LogSlope);
        }
    }

    private void Normalise(ReadOnlySpan<float> u, ReadOnlySpan<Tensor> weights, Span<float> v, Span<float> log)
    {
        Span<float> scale = MlpMemory.Numbers(weights[0]), shift = MlpMemory.Numbers(weights[1]);
        float total = 0;
        for (int d = 0; d < dimension; d++)
        {
            total += MathF.Log(MathF.Abs(scale[d]));
            for (int n = 0; n < Panel; n++)
            {
                v[d * Panel + n] = u[d * Panel + n] * scale[d] + shift[d];
            }
        }

        foreach (ref float l in log)
        {
            l += total;
        }
    }

    // slope: by the normalised input; afterwards by the input itself.
    private void NormaliseBack(
        ReadOnlySpan<float> u, ReadOnlySpan<Tensor> weights, ReadOnlySpan<Tensor> gradients, Span<float> slope, ReadOnlySpan<float> logSlope)
    {
        Span<float> scale = MlpMemory.Numbers(weights[0]);
        Span<float> byScale = MlpMemory.Numbers(gradients[0]), byShift = MlpMemory.Numbers(gradients[1]);
        float logs = 0;
        foreach (float l in logSlope)
        {
            logs += l;
        }

        for (int d = 0; d < dimension; d++)
        {
            float product = 0, sum = 0;
            for (int n = 0; n < Panel; n++)
            {
                ref float s = ref slope[d * Panel + n];
                product += s * u[d * Panel + n];
                sum += s;
                s *= scale[d];
            }

            byScale[d] += product + logs / scale[d];
            byShift[d] += sum;
        }
    }

    private void Permute(ReadOnlySpan<float> from, ReadOnlySpan<Tensor> weights, long[][] orders, int layer, Span<float> to)
    {
        if (permutation == PermutationKind.Learnable)
        {
            // v = u W with the features first: W transposed times the panel.
            to.Clear();
            MatrixProduct.AddTo(MlpMemory.Numbers(weights[2]), 1, dimension, from, to, Panel, dimension, dimension);
            return;
        }

        for (int d = 0; d < dimension; d++)
        {
            from.Slice((int)orders[layer][d] * Panel, Panel).CopyTo(to.Slice(d * Panel, Panel));
        }
    }

    // below: by the permuted panel; slope receives the gradient by what was permuted, the normalised u.
    private void PermuteBack(
        ReadOnlySpan<float> u, ReadOnlySpan<float> below, ReadOnlySpan<Tensor> weights, ReadOnlySpan<Tensor> gradients, long[][] orders, int layer,
        Span<float> slope)
    {
        if (permutation == PermutationKind.Fixed)
        {
            for (int d = 0; d < dimension; d++)
            {
                below.Slice(d * Panel, Panel).CopyTo(slope.Slice((int)orders[layer][d] * Panel, Panel));
            }

            return;
        }

        Span<float> scale = MlpMemory.Numbers(weights[0]), shift = MlpMemory.Numbers(weights[1]), byMatrix = MlpMemory.Numbers(gradients[2]);
        slope.Clear();
        MatrixProduct.AddTo(MlpMemory.Numbers(weights[2]), dimension, 1, below, slope, Panel, dimension, dimension);
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < dimension; j++)
            {
                float sum = 0;
                for (int n = 0; n < Panel; n++)
                {
                    sum += (u[i * Panel + n] * scale[i] + shift[i]) * below[j * Panel + n];
                }

                byMatrix[i * dimension + j] += sum;
            }
        }
    }

    private Span<float> State(Span<float> states, int index) => states.Slice(index * dimension * Panel, dimension * Panel);

    private ReadOnlySpan<float> State(ReadOnlySpan<float> states, int index) => states.Slice(index * dimension * Panel, dimension * Panel);

    // The other half and the condition, one after the other.
    private static ReadOnlySpan<float> Join(Span<float> context, ReadOnlySpan<float> other, ReadOnlySpan<float> given)
    {
        other.CopyTo(context);
        given.CopyTo(context[other.Length..]);
        return context[..(other.Length + given.Length)];
    }

    private static void AddTo(Span<float> sum, ReadOnlySpan<float> added)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += added[i];
        }
    }

    private static Span<float> Take(ref Span<float> from, int length)
    {
        Span<float> taken = from[..length];
        from = from[length..];
        return taken;
    }

    private static ReadOnlySpan<Tensor> Next(ref ReadOnlySpan<Tensor> from, int count)
    {
        ReadOnlySpan<Tensor> taken = from[..count];
        from = from[count..];
        return taken;
    }

    private static ReadOnlySpan<MaskMemory> NextMasks(ref ReadOnlySpan<MaskMemory> from, int count)
    {
        if (from.IsEmpty)
        {
            return from;
        }

        ReadOnlySpan<MaskMemory> taken = from[..count];
        from = from[count..];
        return taken;
    }

    // Where the backward pass of a panel works.
    private readonly ref struct BackwardRoom
    {
        internal Span<float> Given { get; init; }

        internal Span<float> GivenSlopes { get; init; }

        internal Span<float> Slope { get; init; }

        internal Span<float> LogSlope { get; init; }

        internal Span<float> Below { get; init; }

        internal Span<float> Context { get; init; }

        internal Span<float> ContextSlopes { get; init; }

        internal Span<float> Scratch { get; init; }
    }
}

/// <summary>Data and weights of a pass through a flow.</summary>
/// <param name="U">Parameters, [N, D].</param>
/// <param name="Condition">[N, S].</param>
/// <param name="Weights">
/// Of every layer in turn: scale and shift, the matrix of a learnable permutation, then weights and biases of the networks of both halves.
/// </param>
/// <param name="Masks">A dropout mask [H, N] for every hidden layer in the same order, or none.</param>
/// <param name="Orders">The fixed permutation of every layer, or none.</param>
internal sealed record FlowPass(Tensor U, Tensor Condition, Tensor[] Weights, MaskMemory[] Masks, long[][] Orders)
{
    /// <summary>N.</summary>
    internal int Rows => (int)U.shape[0];
}
