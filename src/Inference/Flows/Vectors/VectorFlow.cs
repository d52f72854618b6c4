using Reproduce.Compute;
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
internal sealed class VectorFlow(
    int dimension,
    int condition,
    PermutationKind permutation,
    IReadOnlyList<(VectorHalf First, VectorHalf Second)> layers
)
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
        Span<float> scratch = Scratch.Take(Panel * (condition + dimension + 1) + ContextLength);
        Span<float> given = scratch[..(Panel * condition)];
        Span<float> output = scratch.Slice(Panel * condition, Panel * (dimension + 1));
        Span<float> context = scratch.Slice(Panel * (condition + dimension + 1), ContextLength);
        bool keepsAll = saved.Length >= SavedLength(pass.Rows);
        for (int p = 0; p < Panels.Count(pass.Rows); p++)
        {
            PanelWindow window = PanelWindow.Of(pass.Rows, p);
            Span<float> own = saved.Slice(keepsAll ? p * PanelLength : 0, PanelLength);
            Span<float> states = own[..StateLength];
            Panels.LoadRows(window.Of(TensorMemory.Floats(pass.Condition), condition), given, condition, window.Count);
            Panels.LoadRows(window.Of(TensorMemory.Floats(pass.U), dimension), State(states, 0), dimension, window.Count);
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
    /// <param name="outputGradient">Gradient of the loss by the result, [N, D + 1].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputGradient">Receives the gradient by the parameters, [N, D]; empty when it is not wanted.</param>
    /// <param name="conditionGradient">Receives the gradient by the condition, [N, S]; empty when it is not wanted.</param>
    internal void Backward(
        in FlowPass pass, ReadOnlySpan<float> saved, Span<float> outputGradient, ReadOnlySpan<Tensor> gradients,
        Span<float> inputGradient, Span<float> conditionGradient)
    {
        int halves = layers.Max(l => Math.Max(l.First.ScratchLength, l.Second.ScratchLength));
        int fixedLength = Panel * (2 * condition + 2 * dimension + 1) + 2 * ContextLength;
        Span<float> scratch = Scratch.Take(fixedLength + halves);
        Span<float> given = Take(ref scratch, Panel * condition), givenGradient = Take(ref scratch, Panel * condition);
        Span<float> gradient = Take(ref scratch, Panel * (dimension + 1)), below = Take(ref scratch, Panel * dimension);
        Span<float> context = Take(ref scratch, ContextLength), contextGradient = Take(ref scratch, ContextLength);
        for (int p = 0; p < Panels.Count(pass.Rows); p++)
        {
            PanelWindow window = PanelWindow.Of(pass.Rows, p);
            ReadOnlySpan<float> own = saved.Slice(p * PanelLength, PanelLength);
            Panels.LoadRows(window.Of(TensorMemory.Floats(pass.Condition), condition), given, condition, window.Count);
            Panels.LoadRows(window.Of(outputGradient, dimension + 1), gradient, dimension + 1, window.Count);
            givenGradient.Clear();
            LayersBack(pass, own, gradients, new BackwardRoom
            {
                Given = given,
                GivenGradient = givenGradient,
                Gradient = gradient[..(dimension * Panel)],
                LogGradient = gradient[(dimension * Panel)..],
                Below = below,
                Context = context,
                ContextGradient = contextGradient,
                Scratch = scratch,
            });
            if (!inputGradient.IsEmpty)
            {
                Panels.StoreRows(gradient, window.Of(inputGradient, dimension), dimension, window.Count);
            }

            if (!conditionGradient.IsEmpty)
            {
                Panels.StoreRows(givenGradient, window.Of(conditionGradient, condition), condition, window.Count);
            }
        }
    }

    private void Layers(
        in FlowPass pass,
        PanelWindow window,
        ReadOnlySpan<float> given,
        Span<float> states,
        Span<float> saved,
        Span<float> log,
        Span<float> context
    )
    {
        ReadOnlySpan<Tensor> weights = pass.Weights;
        ReadOnlySpan<BatchMask> masks = pass.Masks;
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
                mixed[..split],
                Join(context, mixed[split..], given),
                Next(ref weights, first.Tensors),
                NextMasks(ref masks, first.Masks),
                window,
                Take(ref saved, first.SavedLength),
                v[..split],
                log
            );
            second.Forward(
                mixed[split..],
                Join(context, v[..split], given),
                Next(ref weights, second.Tensors),
                NextMasks(ref masks, second.Masks),
                window,
                Take(ref saved, second.SavedLength),
                v[split..],
                log
            );
        }
    }

    private void LayersBack(in FlowPass pass, ReadOnlySpan<float> own, ReadOnlySpan<Tensor> gradients, in BackwardRoom room)
    {
        ReadOnlySpan<float> states = own[..StateLength];
        int tensorsEnd = gradients.Length, savedEnd = own.Length;
        Span<float> gradient = room.Gradient, below = room.Below;
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            (VectorHalf first, VectorHalf second) = layers[i];
            ReadOnlySpan<float> u = State(states, 2 * i), mixed = State(states, 2 * i + 1), v = State(states, 2 * i + 2);
            int split = first.Width * Panel, rest = second.Width * Panel;

            // v2 = f2(u2; v1, c), then v1 = f1(u1; u2, c).
            tensorsEnd -= second.Tensors;
            savedEnd -= second.SavedLength;
            room.ContextGradient.Clear();
            second.Backward(
                mixed[split..],
                Join(room.Context, v[..split], room.Given),
                pass.Weights.AsSpan(tensorsEnd, second.Tensors),
                pass.Masks.Length > 0,
                own.Slice(savedEnd, second.SavedLength),
                gradient[split..],
                room.LogGradient,
                gradients.Slice(tensorsEnd, second.Tensors),
                below[split..],
                room.ContextGradient,
                room.Scratch
            );
            PanelOperations.Add(room.ContextGradient, gradient[..split]);
            PanelOperations.Add(room.ContextGradient[split..], room.GivenGradient);

            tensorsEnd -= first.Tensors;
            savedEnd -= first.SavedLength;
            room.ContextGradient.Clear();
            first.Backward(
                mixed[..split],
                Join(room.Context, mixed[split..], room.Given),
                pass.Weights.AsSpan(tensorsEnd, first.Tensors),
                pass.Masks.Length > 0,
                own.Slice(savedEnd, first.SavedLength),
                gradient[..split],
                room.LogGradient,
                gradients.Slice(tensorsEnd, first.Tensors),
                below[..split],
                room.ContextGradient,
                room.Scratch
            );
            PanelOperations.Add(room.ContextGradient, below[split..]);
            PanelOperations.Add(room.ContextGradient[rest..], room.GivenGradient);

            tensorsEnd -= FirstTensors;
            ReadOnlySpan<Tensor> weights = pass.Weights.AsSpan(tensorsEnd, FirstTensors), by = gradients.Slice(tensorsEnd, FirstTensors);
            PermuteBack(u, below, weights, by, pass.Orders, i, gradient);
            NormaliseBack(u, weights, by, gradient, room.LogGradient);
        }
    }

    private void Normalise(ReadOnlySpan<float> u, ReadOnlySpan<Tensor> weights, Span<float> v, Span<float> log)
    {
        Span<float> scale = TensorMemory.Floats(weights[0]), shift = TensorMemory.Floats(weights[1]);
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

    // gradient: by the normalised input; afterwards by the input itself.
    private void NormaliseBack(
        ReadOnlySpan<float> u, ReadOnlySpan<Tensor> weights, ReadOnlySpan<Tensor> gradients, Span<float> gradient,
        ReadOnlySpan<float> logGradient)
    {
        Span<float> scale = TensorMemory.Floats(weights[0]);
        Span<float> byScale = TensorMemory.Floats(gradients[0]), byShift = TensorMemory.Floats(gradients[1]);
        float logs = 0;
        foreach (float l in logGradient)
        {
            logs += l;
        }

        for (int d = 0; d < dimension; d++)
        {
            float product = 0, sum = 0;
            for (int n = 0; n < Panel; n++)
            {
                ref float s = ref gradient[d * Panel + n];
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
            MatrixProduct.AddTo(TensorMemory.Floats(weights[2]), 1, dimension, from, to, Panel, dimension, dimension);
            return;
        }

        for (int d = 0; d < dimension; d++)
        {
            from.Slice((int)orders[layer][d] * Panel, Panel).CopyTo(to.Slice(d * Panel, Panel));
        }
    }

    // below: by the permuted panel; gradient receives the gradient by what was permuted, the normalised u.
    private void PermuteBack(
        ReadOnlySpan<float> u,
        ReadOnlySpan<float> below,
        ReadOnlySpan<Tensor> weights,
        ReadOnlySpan<Tensor> gradients,
        long[][] orders,
        int layer,
        Span<float> gradient
    )
    {
        if (permutation == PermutationKind.Fixed)
        {
            for (int d = 0; d < dimension; d++)
            {
                below.Slice(d * Panel, Panel).CopyTo(gradient.Slice((int)orders[layer][d] * Panel, Panel));
            }

            return;
        }

        Span<float> scale = TensorMemory.Floats(weights[0]), shift = TensorMemory.Floats(weights[1]);
        Span<float> byMatrix = TensorMemory.Floats(gradients[2]);
        gradient.Clear();
        MatrixProduct.AddTo(TensorMemory.Floats(weights[2]), dimension, 1, below, gradient, Panel, dimension, dimension);
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

    private static ReadOnlySpan<BatchMask> NextMasks(ref ReadOnlySpan<BatchMask> from, int count)
    {
        if (from.IsEmpty)
        {
            return from;
        }

        ReadOnlySpan<BatchMask> taken = from[..count];
        from = from[count..];
        return taken;
    }

    // Where the backward pass of a panel works.
    private readonly ref struct BackwardRoom
    {
        internal Span<float> Given { get; init; }

        internal Span<float> GivenGradient { get; init; }

        internal Span<float> Gradient { get; init; }

        internal Span<float> LogGradient { get; init; }

        internal Span<float> Below { get; init; }

        internal Span<float> Context { get; init; }

        internal Span<float> ContextGradient { get; init; }

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
internal sealed record FlowPass(Tensor U, Tensor Condition, Tensor[] Weights, BatchMask[] Masks, long[][] Orders)
{
    /// <summary>N.</summary>
    internal int Rows => (int)U.shape[0];
}
