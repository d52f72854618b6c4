using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>Dense layers on every member, the mean over the set, dense layers: for 32 sets at once, member by member.</summary>
/// <remarks>Panel n of a group holds the n-th member of each of its 32 sets. So the mean over a set is one over panels.</remarks>
/// <param name="first">Number of the first layer among all of the network.</param>
/// <param name="inputs">C.</param>
/// <param name="units">H, a multiple of 32.</param>
/// <param name="layers">Layers of either stack.</param>
/// <param name="members">N, the size of a set.</param>
internal sealed class VectorInvariantModule(int first, int inputs, int units, int layers, int members)
{
    private const int Panel = Panels.Width;
    private readonly VectorStack _member = new(first, inputs, units, layers);
    private readonly VectorStack _pooled = new(first + layers, units, units, layers);

    /// <summary>Numbers that the forward pass leaves for the backward pass: the members' layers, the mean, its layers.</summary>
    internal int SavedLength => members * _member.SavedLength + HiddenLength + _pooled.SavedLength;

    /// <summary>Numbers of scratch that <see cref="Backward"/> wants.</summary>
    internal int ScratchLength => 2 * HiddenLength + Math.Max(_member.ScratchLength, _pooled.ScratchLength);

    private int HiddenLength => units * Panel;

    /// <summary>The module's output in what the forward pass left.</summary>
    /// <param name="saved"><see cref="SavedLength"/> numbers.</param>
    /// <returns>[H, 32].</returns>
    internal ReadOnlySpan<float> Output(ReadOnlySpan<float> saved) => saved.Slice(SavedLength - HiddenLength, HiddenLength);

    /// <summary>Applies the module.</summary>
    /// <param name="sets">[N, C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers.</param>
    internal void Forward(ReadOnlySpan<float> sets, in LayerMemory weights, Span<float> saved)
    {
        Span<float> mean = Mean(saved);
        mean.Clear();
        for (int n = 0; n < members; n++)
        {
            Span<float> own = saved.Slice(n * _member.SavedLength, _member.SavedLength);
            _member.Forward(Member(sets, n), weights, own);
            PanelOperations.Add(own[^HiddenLength..], mean);
        }

        PanelOperations.Scale(mean, 1f / members);
        _pooled.Forward(mean, weights, Pooled(saved));
    }

    /// <summary>Adds the gradients to what their receivers hold.</summary>
    /// <param name="sets">[N, C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="hiddenGradient">Gradient of the loss by the output, [H, 32]; it is used as room.</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="below">Receives the gradient by the sets, [N, C, 32]; empty when it is not wanted.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Backward(
        ReadOnlySpan<float> sets, in LayerMemory weights, Span<float> saved, Span<float> hiddenGradient, in LayerMemory gradients,
        Span<float> below, Span<float> scratch)
    {
        Span<float> meanGradient = scratch[..HiddenLength], memberGradient = scratch.Slice(HiddenLength, HiddenLength);
        scratch = scratch[(2 * HiddenLength)..];
        meanGradient.Clear();
        _pooled.Backward(Mean(saved), weights, Pooled(saved), hiddenGradient, gradients, meanGradient, scratch);
        PanelOperations.Scale(meanGradient, 1f / members);
        for (int n = 0; n < members; n++)
        {
            meanGradient.CopyTo(memberGradient);
            _member.Backward(
                Member(sets, n), weights, saved.Slice(n * _member.SavedLength, _member.SavedLength), memberGradient, gradients,
                below.IsEmpty ? [] : below.Slice(n * inputs * Panel, inputs * Panel), scratch);
        }
    }

    private ReadOnlySpan<float> Member(ReadOnlySpan<float> sets, int n) => sets.Slice(n * inputs * Panel, inputs * Panel);

    private Span<float> Mean(Span<float> saved) => saved.Slice(members * _member.SavedLength, HiddenLength);

    private Span<float> Pooled(Span<float> saved) => saved[(members * _member.SavedLength + HiddenLength)..SavedLength];
}
