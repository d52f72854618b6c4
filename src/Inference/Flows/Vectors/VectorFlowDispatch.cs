using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Vectors;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>
/// Chooses between libtorch's operations and vector code for a <see cref="CouplingFlow"/>: vector code takes hidden widths that are
/// multiples of 32.
/// </summary>
internal sealed class VectorFlowDispatch
{
    private readonly VectorFlow? _flow;
    private readonly Func<Tensor[]> _weights;
    private readonly Func<long[][]> _orders;
    private readonly CouplingFlowSettings _settings;

    /// <summary>The dispatch of a flow.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="condition">S.</param>
    /// <param name="kind">Affine or spline.</param>
    /// <param name="settings">Depth and widths.</param>
    /// <param name="weights">Its weights in the order of <see cref="FlowPass.Weights"/>.</param>
    /// <param name="orders">Its fixed permutations.</param>
    internal VectorFlowDispatch(
        int dimension, int condition, CouplingKind kind, CouplingFlowSettings settings, Func<Tensor[]> weights, Func<long[][]> orders)
    {
        _weights = weights;
        _orders = orders;
        _settings = settings;
        if (settings.Units % Panels.Width == 0)
        {
            int first = dimension / 2, second = dimension - dimension / 2;
            _flow = new VectorFlow(dimension, condition, settings.Permutation, [.. Enumerable.Range(0, settings.Layers)
                .Select(_ => (Half(kind, first, second + condition, settings), Half(kind, second, first + condition, settings)))]);
        }
    }

    /// <summary>Whether <see cref="Forward"/> can be used.</summary>
    /// <param name="u">[N, D].</param>
    /// <param name="weight">Any of the flow's weights.</param>
    /// <param name="pass">The pass.</param>
    internal bool Accepts(Tensor u, Tensor weight, ForwardPass pass) =>
        _flow is not null && VectorPass.Accepts(u, weight, pass);

    /// <summary>Applies the flow.</summary>
    /// <param name="u">[N, D].</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>Latents [N, D] and log-determinants [N], without those of learnable permutations.</returns>
    internal (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass)
    {
        VectorFlow flow = _flow!;
        BatchMask[] masks = pass.IsStochastic && _settings.Dropout > 0 ? [.. Enumerable.Range(0, flow.Masks).Select(_ => Mask())] : [];
        FlowPass data = new(u.contiguous(), condition.contiguous(), _weights(), masks, _orders());
        Tensor result = new VectorFlowPass(flow, data).Apply();
        return (result.narrow(1, 0, flow.Dimension), result.select(1, flow.Dimension));

        BatchMask Mask() => new(pass.Mask(_settings.Units, u.shape[0], _settings.Dropout, u.device)!);
    }

    private static VectorHalf Half(CouplingKind kind, int width, int context, CouplingFlowSettings settings)
    {
        VectorConditioner Network(int outputs) => new(context, settings.Units, settings.HiddenLayers, outputs, settings.Dropout);
        return kind == CouplingKind.Affine
            ? new VectorAffineHalf(width, Network(width))
            : new VectorSplineHalf(width, settings.Bins, Network(width * (int)RationalQuadraticSpline.RawNumbers(settings.Bins)));
    }
}
