using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>
/// Every member joined with the set's invariant summary and passed through dense layers: for 32 sets at once, member by member.
/// </summary>
/// <remarks>The first of these layers takes the product with the summary once for a set, not once for a member.</remarks>
internal sealed class VectorEquivariantModule
{
    private const int Panel = Panels.Width;
    private readonly int _first;
    private readonly int _inputs;
    private readonly int _units;
    private readonly int _members;
    private readonly VectorInvariantModule _context;
    private readonly VectorStack _rest;

    /// <summary>A module.</summary>
    /// <param name="first">Number of the first layer among all of the network.</param>
    /// <param name="inputs">C.</param>
    /// <param name="units">H, a multiple of 32.</param>
    /// <param name="layers">Layers of each of the three stacks.</param>
    /// <param name="members">N, the size of a set.</param>
    internal VectorEquivariantModule(int first, int inputs, int units, int layers, int members)
    {
        _first = first + 2 * layers;
        _inputs = inputs;
        _units = units;
        _members = members;
        _context = new VectorInvariantModule(first, inputs, units, layers, members);
        _rest = new VectorStack(_first + 1, units, units, layers - 1);
    }

    /// <summary>
    /// Numbers that the forward pass leaves for the backward pass: the summary's, the members' layers, the outputs [N, H, 32].
    /// </summary>
    internal int SavedLength => _context.SavedLength + _members * (JoinedLength + HiddenLength);

    /// <summary>Numbers of scratch that <see cref="Forward"/> and <see cref="Backward"/> want.</summary>
    internal int ScratchLength => 3 * HiddenLength + Math.Max(
        _context.ScratchLength, Math.Max(_rest.ScratchLength, DenseGradients.ScratchLength(Math.Max(_inputs, _units), _units)));

    private int HiddenLength => _units * Panel;

    private int JoinedLength => HiddenLength + _rest.SavedLength;

    private int Stride => _inputs + _units;

    /// <summary>The module's output in what the forward pass left.</summary>
    /// <param name="saved"><see cref="SavedLength"/> numbers.</param>
    /// <returns>[N, H, 32].</returns>
    internal ReadOnlySpan<float> Output(ReadOnlySpan<float> saved) =>
        saved.Slice(SavedLength - _members * HiddenLength, _members * HiddenLength);

    /// <summary>Applies the module.</summary>
    /// <param name="sets">[N, C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Forward(ReadOnlySpan<float> sets, in LayerMemory weights, Span<float> saved, Span<float> scratch)
    {
        _context.Forward(sets, weights, saved[.._context.SavedLength]);
        Span<float> shared = scratch[..HiddenLength];
        PanelOperations.Broadcast(weights.Bias(_first), shared);
        ReadOnlySpan<float> weight = weights.Weight(_first);
        MatrixProduct.AddTo(weight[_inputs..], Stride, 1, _context.Output(saved[.._context.SavedLength]), shared, Panel, _units, _units);
        for (int n = 0; n < _members; n++)
        {
            Span<float> own = Joined(saved, n);
            Span<float> h = own[..HiddenLength];
            shared.CopyTo(h);
            MatrixProduct.AddTo(weight, Stride, 1, Member(sets, n), h, Panel, _units, _inputs);
            PanelOperations.Relu(h);
            _rest.Forward(h, weights, own[HiddenLength..]);

            // Together at the end, for the next module.
            own[^HiddenLength..].CopyTo(saved.Slice(SavedLength - (_members - n) * HiddenLength, HiddenLength));
        }
    }

    /// <summary>Adds the gradients to what their receivers hold.</summary>
    /// <param name="sets">[N, C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by the outputs, [N, H, 32]; it is used as room.</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="below">Receives the gradient by the sets, [N, C, 32]; empty when it is not wanted.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Backward(
        ReadOnlySpan<float> sets, in LayerMemory weights, Span<float> saved, Span<float> outputGradient, in LayerMemory gradients,
        Span<float> below, Span<float> scratch)
    {
        Span<float> hiddenGradient = scratch[..HiddenLength], total = scratch.Slice(HiddenLength, HiddenLength);
        Span<float> contextGradient = scratch.Slice(2 * HiddenLength, HiddenLength);
        scratch = scratch[(3 * HiddenLength)..];
        ReadOnlySpan<float> weight = weights.Weight(_first);
        Span<float> gradient = gradients.Weight(_first);
        total.Clear();
        for (int n = 0; n < _members; n++)
        {
            Span<float> own = Joined(saved, n);
            hiddenGradient.Clear();
            _rest.Backward(
                own[..HiddenLength], weights, own[HiddenLength..], outputGradient.Slice(n * HiddenLength, HiddenLength), gradients,
                hiddenGradient, scratch);
            PanelOperations.ReluBackward(hiddenGradient, own[..HiddenLength]);
            PanelOperations.Add(hiddenGradient, total);
            DenseGradients.AddWeights(hiddenGradient, Member(sets, n), gradient, Stride, _units, _inputs, scratch);
            if (!below.IsEmpty)
            {
                Span<float> member = below.Slice(n * _inputs * Panel, _inputs * Panel);
                MatrixProduct.AddTo(weight, 1, Stride, hiddenGradient, member, Panel, _inputs, _units);
            }
        }

        Span<float> contextSaved = saved[.._context.SavedLength];
        DenseGradients.AddWeights(total, _context.Output(contextSaved), gradient[_inputs..], Stride, _units, _units, scratch);
        PanelOperations.AddRowSums(total, gradients.Bias(_first));
        contextGradient.Clear();
        MatrixProduct.AddTo(weight[_inputs..], 1, Stride, total, contextGradient, Panel, _units, _units);
        _context.Backward(sets, weights, contextSaved, contextGradient, gradients, below, scratch);
    }

    private ReadOnlySpan<float> Member(ReadOnlySpan<float> sets, int n) => sets.Slice(n * _inputs * Panel, _inputs * Panel);

    private Span<float> Joined(Span<float> saved, int n) => saved.Slice(_context.SavedLength + n * JoinedLength, JoinedLength);
}
