using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>The exponential moving average of a training's weights, which smooths out the noise of the last steps.</summary>
/// <remarks>
/// After update k, from 0, average += (1 - d) (weights - average) with d = min(decay, (1 + k) / (10 + k)), so that the initial weights are
/// soon forgotten, however slow the decay is.
/// </remarks>
public sealed class AveragedWeights : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly double _decay;
    private readonly bool _onMemory;

    /// <summary>An average that begins with the weights as they are.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="decay">The largest share of the old average that an update keeps, from 0 to below 1.</param>
    public AveragedWeights(FlatParameters parameters, double decay)
        : this(parameters, decay, parameters?.Values.device.type == DeviceType.CPU && AdamUpdate.IsSupported)
    {
    }

    /// <summary>An average that is updated in a given way.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="decay">The largest share of the old average that an update keeps.</param>
    /// <param name="onMemory">Whether in vector code on the weights' memory, else in libtorch's operations.</param>
    internal AveragedWeights(FlatParameters parameters, double decay, bool onMemory)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(decay);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(decay, 1);
        _parameters = parameters;
        _decay = decay;
        _onMemory = onMemory;
        Values = parameters.Values.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>The average, laid out as <see cref="FlatParameters.Values"/>.</summary>
    public Tensor Values { get; }

    /// <summary>Takes the weights in.</summary>
    /// <param name="step">Updates done before, from 0.</param>
    public void Update(long step)
    {
        double share = 1 - Math.Min(_decay, (1.0 + step) / (10 + step));
        if (_onMemory)
        {
            MovingAverage.Update(TensorMemory.Floats(Values), TensorMemory.Floats(_parameters.Values), (float)share);
            return;
        }

        using IDisposable noGrad = no_grad();
        using IDisposable scope = NewDisposeScope();
        // Its weight is a tensor: there is no overload for a scalar, and the conversion of one fails at run time.
        Values.lerp_(_parameters.Values, share);
    }

    /// <summary>Puts the average in the place of the weights, and the weights in its own; a second call undoes it.</summary>
    public void Exchange()
    {
        using IDisposable noGrad = no_grad();
        using IDisposable scope = NewDisposeScope();
        Tensor weights = _parameters.Values.clone();
        _parameters.Values.copy_(Values);
        Values.copy_(weights);
    }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
