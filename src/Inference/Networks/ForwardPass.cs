using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// One pass of data through networks: says whether dropout is on and where its masks come from.
/// </summary>
/// <remarks>
/// Dropout is explicit instead of libtorch's global state, for two reasons: a consistency model's teacher can be given the very masks of
/// the student, as Song and Dhariwal (2023) have it, and masks from a named stream make a training reproducible bit for bit, on any device.
/// The masks belong to the dispose scope in which they were drawn: make a new pass for every training step.
/// </remarks>
public sealed class ForwardPass
{
    private readonly RandomSource? _random;
    private readonly List<Tensor> _masks;
    private readonly List<RowDropout> _rowMasks;
    private int _next;
    private int _nextRowMask;

    private ForwardPass(RandomSource? random, List<Tensor> masks, List<RowDropout> rowMasks, bool needsSecondDerivatives)
    {
        NeedsSecondDerivatives = needsSecondDerivatives;
        _random = random;
        _masks = masks;
        _rowMasks = rowMasks;
    }

    /// <summary>A pass without dropout. Where gradients are recorded it can be differentiated as often as one likes.</summary>
    public static ForwardPass Evaluation { get; } = new(null, [], [], needsSecondDerivatives: true);

    /// <summary>
    /// The same in single precision, whatever draws are made in (<see cref="ResidualMlpSettings.DrawingPrecision"/>): for a training's
    /// validation and for densities.
    /// </summary>
    public static ForwardPass SinglePrecision { get; } = new(null, [], [], needsSecondDerivatives: true);

    /// <summary>Whether what comes of the pass may be of the precision that draws are made in.</summary>
    internal bool IsOfDraws => ReferenceEquals(this, Evaluation);

    /// <summary>True when dropout is on.</summary>
    public bool IsStochastic => _random is not null;

    /// <summary>Whether derivatives of the pass's derivatives may be asked for, where gradients are recorded.</summary>
    /// <remarks>Networks in vector code give first derivatives alone; a pass that needs more is left to libtorch's operations.</remarks>
    public bool NeedsSecondDerivatives { get; }

    /// <summary>A pass with dropout.</summary>
    /// <param name="random">Where masks are drawn from.</param>
    /// <param name="needsSecondDerivatives">Whether derivatives of its derivatives will be asked for; a training asks for none.</param>
    public static ForwardPass WithDropout(RandomSource random, bool needsSecondDerivatives = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new ForwardPass(random, [], [], needsSecondDerivatives);
    }

    /// <summary>A second pass through the same networks in the same order that sees the same masks.</summary>
    public ForwardPass WithSameMasks() => new(_random, _masks, _rowMasks, NeedsSecondDerivatives);

    /// <summary>Inverted dropout: zeroes entries with probability <paramref name="rate"/> and scales the others by 1/(1-rate).</summary>
    /// <param name="input">[..., F].</param>
    /// <param name="rate">In [0, 1).</param>
    public Tensor Dropout(Tensor input, double rate)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (Mask(input.shape[^1], input.numel() / input.shape[^1], rate, input.device) is not Tensor mask)
        {
            return input.alias();
        }

        return input * mask.t().reshape(input.shape);
    }

    /// <summary>The next mask of inverted dropout itself, with the features first.</summary>
    /// <param name="features">F.</param>
    /// <param name="rows">N.</param>
    /// <param name="rate">In [0, 1).</param>
    /// <param name="device">Device of the mask.</param>
    /// <returns>float32, [F, N]; null when nothing is dropped.</returns>
    public Tensor? Mask(long features, long rows, double rate, Device device)
    {
        if (_random is null || rate <= 0)
        {
            return null;
        }

        if (_next == _masks.Count)
        {
            _masks.Add(_random.DropoutMask([features, rows], rate, device));
        }

        return _masks[_next++];
    }

    /// <summary>The next mask of inverted dropout that is too large to be stored, and is computed row by row.</summary>
    /// <param name="rate">In [0, 1).</param>
    /// <returns>A mask for any number of rows and columns, that drops nothing when dropout is off.</returns>
    internal RowDropout RowMask(double rate)
    {
        if (_random is null || rate <= 0)
        {
            return RowDropout.Off;
        }

        if (_nextRowMask == _rowMasks.Count)
        {
            _rowMasks.Add(_random.RowDropout(rate));
        }

        return _rowMasks[_nextRowMask++];
    }
}
