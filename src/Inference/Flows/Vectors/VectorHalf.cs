using Reproduce.Inference.Networks.Vectors;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>One side of a coupling on one panel, as a <see cref="CouplingHalf"/> is on tensors.</summary>
/// <param name="width">d.</param>
/// <param name="conditioner">The network (or each of the networks) that reads the shape off the context.</param>
/// <param name="networks">Number of such networks.</param>
internal abstract class VectorHalf(int width, VectorConditioner conditioner, int networks)
{
    /// <summary>Rows of a panel.</summary>
    protected const int Panel = Panels.Width;

    /// <summary>d.</summary>
    internal int Width => width;

    /// <summary>C.</summary>
    internal int Context => Network.Inputs;

    /// <summary>Tensors of weights.</summary>
    internal int Tensors => networks * Network.Tensors;

    /// <summary>Dropout masks.</summary>
    internal int Masks => networks * Network.Masks;

    /// <summary>Numbers that the forward pass leaves for the backward pass.</summary>
    internal int SavedLength => networks * (Network.SavedLength + RawLength);

    /// <summary>Numbers of scratch that <see cref="Backward"/> wants.</summary>
    internal int ScratchLength => Network.ScratchLength + networks * RawLength;

    /// <summary>Numbers that one network puts out for a panel.</summary>
    protected abstract int RawLength { get; }

    private VectorConditioner Network { get; } = conditioner;

    /// <summary>Maps towards the latents.</summary>
    /// <param name="u">[d, 32].</param>
    /// <param name="context">[C, 32].</param>
    /// <param name="weights">The half's tensors.</param>
    /// <param name="masks">The half's masks, or empty.</param>
    /// <param name="window">The panel's rows.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers.</param>
    /// <param name="v">Receives [d, 32].</param>
    /// <param name="log">Gains the log-determinants, [32].</param>
    internal void Forward(
        ReadOnlySpan<float> u, ReadOnlySpan<float> context, ReadOnlySpan<Tensor> weights, ReadOnlySpan<BatchMask> masks, PanelWindow window,
        Span<float> saved, Span<float> v, Span<float> log)
    {
        Span<float> raw = saved[..(networks * RawLength)];
        Span<float> hidden = saved[(networks * RawLength)..];
        for (int i = 0; i < networks; i++)
        {
            Network.Forward(
                context,
                new LayerMemory(weights.Slice(i * Network.Tensors, Network.Tensors)),
                masks.IsEmpty ? masks : masks.Slice(i * Network.Masks, Network.Masks),
                window,
                hidden.Slice(i * Network.SavedLength, Network.SavedLength),
                raw.Slice(i * RawLength, RawLength));
        }

        Map(u, raw, v, log);
    }

    /// <summary>Adds gradients of weights and context to what their receivers hold and sets the one by u.</summary>
    /// <param name="u">[d, 32].</param>
    /// <param name="context">[C, 32].</param>
    /// <param name="weights">The half's tensors.</param>
    /// <param name="isMasked">Whether there were masks.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by v, [d, 32].</param>
    /// <param name="logGradient">Gradient of the loss by the log-determinants, [32].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputGradient">Receives the gradient by u, [d, 32].</param>
    /// <param name="contextGradient">Gains the gradient by the context, [C, 32].</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Backward(
        ReadOnlySpan<float> u, ReadOnlySpan<float> context, ReadOnlySpan<Tensor> weights, bool isMasked, ReadOnlySpan<float> saved,
        ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> logGradient, ReadOnlySpan<Tensor> gradients, Span<float> inputGradient,
        Span<float> contextGradient, Span<float> scratch)
    {
        ReadOnlySpan<float> raw = saved[..(networks * RawLength)];
        ReadOnlySpan<float> hidden = saved[(networks * RawLength)..];
        Span<float> rawGradient = scratch[..(networks * RawLength)];
        MapBack(u, raw, outputGradient, logGradient, inputGradient, rawGradient);
        for (int i = 0; i < networks; i++)
        {
            Network.Backward(
                context,
                new LayerMemory(weights.Slice(i * Network.Tensors, Network.Tensors)),
                isMasked,
                hidden.Slice(i * Network.SavedLength, Network.SavedLength),
                rawGradient.Slice(i * RawLength, RawLength),
                new LayerMemory(gradients.Slice(i * Network.Tensors, Network.Tensors)),
                contextGradient,
                scratch.Slice(networks * RawLength, Network.ScratchLength));
        }
    }

    /// <summary>The elementwise map.</summary>
    /// <param name="u">[d, 32].</param>
    /// <param name="raw">What the networks put out; may be changed into what <see cref="MapBack"/> wants.</param>
    /// <param name="v">Receives [d, 32].</param>
    /// <param name="log">Gains the log-determinants, [32].</param>
    protected abstract void Map(ReadOnlySpan<float> u, Span<float> raw, Span<float> v, Span<float> log);

    /// <summary>The map's gradient.</summary>
    /// <param name="u">[d, 32].</param>
    /// <param name="raw">What <see cref="Map"/> left.</param>
    /// <param name="outputGradient">By v, [d, 32].</param>
    /// <param name="logGradient">By the log-determinants, [32].</param>
    /// <param name="inputGradient">Receives the gradient by u.</param>
    /// <param name="rawGradient">Receives the gradient by the networks' outputs.</param>
    protected abstract void MapBack(
        ReadOnlySpan<float> u, ReadOnlySpan<float> raw, ReadOnlySpan<float> outputGradient, ReadOnlySpan<float> logGradient,
        Span<float> inputGradient, Span<float> rawGradient);
}
