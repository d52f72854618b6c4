using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>The arithmetic of a <see cref="DeepSet"/> and of its gradient in vector code, 32 sets at a time.</summary>
/// <remarks>A group's last sets are filled up with zeros, whose results are dropped and whose gradients are zero.</remarks>
internal sealed class VectorDeepSet
{
    private const int Panel = Panels.Width;
    private readonly int _members;
    private readonly int _features;
    private readonly int _units;
    private readonly int _outputs;
    private readonly int _last;
    private readonly VectorEquivariantModule[] _equivariant;
    private readonly VectorInvariantModule _invariant;

    /// <summary>A network for sets of <paramref name="members"/>.</summary>
    /// <param name="members">N.</param>
    /// <param name="features">F.</param>
    /// <param name="settings">Widths; units a multiple of 32.</param>
    internal VectorDeepSet(int members, int features, DeepSetSettings settings)
    {
        _members = members;
        _features = features;
        _units = settings.Units;
        _outputs = settings.Outputs;
        _equivariant =
        [
            .. Enumerable
                .Range(0, settings.EquivariantModules)
                .Select(i => new VectorEquivariantModule(
                    i * 3 * settings.Layers,
                    i == 0 ? features : _units,
                    _units,
                    settings.Layers,
                    members
                )),
        ];
        int first = _equivariant.Length * 3 * settings.Layers;
        _invariant = new VectorInvariantModule(first, _equivariant.Length == 0 ? features : _units, _units, settings.Layers, members);
        _last = first + 2 * settings.Layers;
    }

    /// <summary>S.</summary>
    internal int Outputs => _outputs;

    private int HiddenLength => _units * Panel;

    private int InputLength => _members * _features * Panel;

    private int GroupLength => InputLength + _equivariant.Sum(m => m.SavedLength) + _invariant.SavedLength;

    private int ModuleScratch => Math.Max(
        Math.Max(_invariant.ScratchLength, _equivariant.Select(m => m.ScratchLength).DefaultIfEmpty().Max()),
        DenseGradients.ScratchLength(_units, _outputs));

    /// <summary>Numbers that a forward pass leaves for the backward pass.</summary>
    /// <param name="sets">B.</param>
    internal long SavedLength(int sets) => (long)Panels.Count(sets) * GroupLength;

    /// <summary>Applies the network.</summary>
    /// <param name="x">[B, N, F].</param>
    /// <param name="weights">All layers in the network's order.</param>
    /// <param name="result">Receives [B, S].</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers; room for one group is enough when there is no backward pass.</param>
    /// <param name="sets">B.</param>
    internal void Forward(ReadOnlySpan<float> x, in LayerMemory weights, Span<float> result, Span<float> saved, int sets)
    {
        Span<float> scratch = Scratch.Take(ModuleScratch + _outputs * Panel);
        Span<float> output = scratch[ModuleScratch..];
        bool keepsAll = saved.Length >= SavedLength(sets);
        for (int group = 0; group < Panels.Count(sets); group++)
        {
            PanelWindow window = PanelWindow.Of(sets, group);
            Span<float> own = saved.Slice(keepsAll ? group * GroupLength : 0, GroupLength);

            // The numbers of a set as the features of a row: [count, N, F] to [N, F, 32].
            int numbers = _members * _features;
            Panels.LoadRows(window.Of(x, numbers), own[..InputLength], numbers, window.Count);
            ReadOnlySpan<float> h = own[..InputLength];
            own = own[InputLength..];
            foreach (VectorEquivariantModule module in _equivariant)
            {
                module.Forward(h, weights, own[..module.SavedLength], scratch);
                h = module.Output(own[..module.SavedLength]);
                own = own[module.SavedLength..];
            }

            _invariant.Forward(h, weights, own);
            PanelOperations.Broadcast(weights.Bias(_last), output);
            MatrixProduct.AddTo(weights.Weight(_last), _units, 1, _invariant.Output(own), output, Panel, _outputs, _units);
            Panels.StoreRows(output, window.Of(result, _outputs), _outputs, window.Count);
        }
    }

    /// <summary>Adds the gradients of the weights to what they hold.</summary>
    /// <param name="weights">As in the forward pass.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by the result, [B, S].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="sets">B.</param>
    internal void Backward(
        in LayerMemory weights, Span<float> saved, ReadOnlySpan<float> outputGradient, in LayerMemory gradients, int sets)
    {
        Span<float> scratch = Scratch.Take(ModuleScratch + _outputs * Panel + HiddenLength + 2 * _members * HiddenLength);
        Span<float> output = scratch.Slice(ModuleScratch, _outputs * Panel);
        Span<float> hiddenGradient = scratch.Slice(ModuleScratch + _outputs * Panel, HiddenLength);
        Span<float> above = scratch.Slice(ModuleScratch + _outputs * Panel + HiddenLength, _members * HiddenLength);
        Span<float> below = scratch[^(_members * HiddenLength)..];
        for (int group = 0; group < Panels.Count(sets); group++)
        {
            PanelWindow window = PanelWindow.Of(sets, group);
            Span<float> own = saved.Slice(group * GroupLength, GroupLength);
            Span<float> invariantSaved = own[^_invariant.SavedLength..];
            Panels.LoadRows(window.Of(outputGradient, _outputs), output, _outputs, window.Count);
            ReadOnlySpan<float> pooled = _invariant.Output(invariantSaved);
            DenseGradients.AddWeights(output, pooled, gradients.Weight(_last), _units, _outputs, _units, scratch);
            PanelOperations.AddRowSums(output, gradients.Bias(_last));
            hiddenGradient.Clear();
            MatrixProduct.AddTo(weights.Weight(_last), 1, _units, output, hiddenGradient, Panel, _units, _outputs);

            int end = own.Length - _invariant.SavedLength;
            above.Clear();
            _invariant.Backward(
                Input(own, _equivariant.Length, end), weights, invariantSaved, hiddenGradient, gradients,
                _equivariant.Length == 0 ? [] : above, scratch);
            for (int i = _equivariant.Length - 1; i >= 0; i--)
            {
                VectorEquivariantModule module = _equivariant[i];
                Span<float> moduleSaved = own[(end - module.SavedLength)..end];
                end -= module.SavedLength;
                below.Clear();
                module.Backward(Input(own, i, end), weights, moduleSaved, above, gradients, i == 0 ? [] : below, scratch);
                Span<float> swap = above;
                above = below;
                below = swap;
            }
        }
    }

    // The sets that module i sees; its own numbers begin at `start`, behind those of module i - 1.
    private ReadOnlySpan<float> Input(ReadOnlySpan<float> own, int i, int start) =>
        i == 0 ? own[..InputLength] : _equivariant[i - 1].Output(own[(start - _equivariant[i - 1].SavedLength)..start]);
}
