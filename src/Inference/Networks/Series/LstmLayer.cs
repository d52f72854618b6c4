using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors;
using Reproduce.Inference.Networks.Vectors.Series;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Series;

/// <summary>
/// A long short-term memory layer (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000) that returns its last output.
/// </summary>
/// <remarks>
/// As in Keras and unlike libtorch's own there is one bias per gate. It begins with Glorot-uniform input weights, orthonormal
/// recurrent weights and zero biases, but one for the forget gate, so that the memory is kept at first. Gates stand in the order
/// input, forget, output, candidate: the three sigmoids are one call.
/// </remarks>
public sealed class LstmLayer : Network
{
    // TorchSharp's own layer owns its weights; by this name it takes any.
    private static readonly Lazy<jit.CompilationUnit> s_script = new(() => jit.compile("""
        def last(x: Tensor, start: Tensor, weights: List[Tensor], train: bool) -> Tensor:
            return torch.lstm(x, [start, start], weights, True, 1, 0.0, train, False, True)[1]

        """));

    private readonly Dense input;
    private readonly Parameter recurrent;
    private readonly long _units;
    private VectorLstm? _vectors;
    private long _times;

    /// <summary>A layer for series of vectors.</summary>
    /// <param name="features">F, numbers at each time.</param>
    /// <param name="units">H, length of state and output.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public LstmLayer(long features, long units, RandomSource random)
        : base(nameof(LstmLayer))
    {
        ArgumentNullException.ThrowIfNull(random);
        _units = units;
        input = new Dense(features, 4 * units, random);
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        input.Bias.narrow(0, units, units).fill_(Scalars.One);
        // Orthonormal columns of the QR decomposition; the signs of R's diagonal make their distribution uniform.
        (Tensor q, Tensor r) = linalg.qr(random.Normal([4 * units, units]));
        recurrent = new Parameter((q * r.diagonal().sign().unsqueeze(0)).contiguous());
        recurrent.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Runs through the series.</summary>
    /// <param name="series">[B, T, F] with T of at least 1.</param>
    /// <param name="pass">The pass.</param>
    /// <returns>The output at the last time, [B, H].</returns>
    public Tensor Apply(Tensor series, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(pass);
        if (UsesVectors(series, pass))
        {
            return ApplyVectors(series);
        }

        if (series.device.type == DeviceType.CUDA)
        {
            return ApplyFused(series);
        }

        // The inputs' part of all gates at all times in one product; only the recurrence needs a loop.
        Tensor[] driven = input.Apply(series).transpose(0, 1).contiguous().unbind(0);
        Tensor transposed = recurrent.t();
        Tensor? state = null, output = null;
        foreach (Tensor drive in driven)
        {
            Tensor gates = output is null ? drive : drive.add(output.mm(transposed), Scalars.One);
            // Parts of one split share one backward operation.
            Tensor[] parts = gates.split([3 * _units, _units], 1);
            Tensor[] open = parts[0].sigmoid().split([_units, _units, _units], 1); // input, forget, output
            Tensor gained = open[0] * parts[1].tanh();
            state = state is null ? gained : gained.addcmul(open[1], state, Scalars.One);
            output = open[2] * state.tanh();
        }

        return output ?? throw new ArgumentException("series: expected at least one time.", nameof(series));
    }

    /// <summary>Whether a pass goes through vector code.</summary>
    /// <param name="series">[B, T, F].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor series, ForwardPass pass) =>
        _units % VectorLstm.UnitsMultiple == 0 && series.dim() == 3 && series.shape[1] > 0 && !series.requires_grad
        && series.shape[2] == input.Weight.shape[1]
        && VectorPass.Accepts(series, recurrent, pass);

    private Tensor ApplyVectors(Tensor series)
    {
        if (_vectors is null || _times != series.shape[1])
        {
            _times = series.shape[1];
            _vectors = new VectorLstm((int)_times, (int)series.shape[2], (int)_units);
        }

        return new VectorLstmPass(_vectors, series.contiguous(), [.. input.Tensors, recurrent]).Apply();
    }

    /// <summary>
    /// The same by libtorch's layer, which on a GPU is one operation for the whole series: ten operations for every time otherwise.
    /// </summary>
    /// <param name="series">[B, T, F].</param>
    /// <returns>[B, H].</returns>
    internal Tensor ApplyFused(Tensor series)
    {
        Tensor start = series.new_zeros([1, series.shape[0], _units]);
        Tensor[] weights = [Ordered(input.Weight), Ordered(recurrent), Ordered(input.Bias), zeros_like(input.Bias)];
        return ((Tensor)s_script.Value.invoke("last", series, start, weights, is_grad_enabled())).squeeze(0);
    }

    // Its order is input, forget, candidate, output.
    private Tensor Ordered(Tensor gates) => cat(
        [gates.narrow(0, 0, 2 * _units), gates.narrow(0, 3 * _units, _units), gates.narrow(0, 2 * _units, _units)], 0);
}
