using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>
/// Adam (Kingma and Ba 2015) or, with weight decay, AdamW on flat parameters, with L2 penalties and clipping of the global
/// gradient norm; no host synchronisation in the step.
/// </summary>
/// <remarks>
/// The L2 penalty is coupled, as in Keras: its gradient is added before clipping. Decoupled weight decay multiplies every weight by
/// 1 - lr * decay before the update, as in PyTorch.
/// </remarks>
public sealed class Adam : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly TrainingSettings _settings;
    private readonly AdamPath _path;
    private readonly Scalar _clip;
    private readonly Scalar _oldInSecond;
    private readonly Scalar _newToSecond;
    private readonly Scalar _epsilon;

    /// <summary>An optimiser with zero moments.</summary>
    /// <param name="parameters">What is optimised.</param>
    /// <param name="settings">Decay rates, epsilon, clipping, weight decay.</param>
    public Adam(FlatParameters parameters, TrainingSettings settings)
        : this(
            parameters,
            settings,
            parameters?.Values.device.type != DeviceType.CPU ? AdamPath.Fused
                : AdamUpdate.IsSupported ? AdamPath.Memory
                : AdamPath.Tensors)
    {
    }

    /// <summary>An optimiser that works in a given way.</summary>
    /// <param name="parameters">What is optimised.</param>
    /// <param name="settings">Decay rates, epsilon, clipping, weight decay.</param>
    /// <param name="path">How an update is computed.</param>
    internal Adam(FlatParameters parameters, TrainingSettings settings, AdamPath path)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(settings);
        _parameters = parameters;
        _path = path;
        _settings = settings;
        _clip = settings.ClipNorm.ToScalar();
        _oldInSecond = settings.Beta2.ToScalar();
        _newToSecond = (1 - settings.Beta2).ToScalar();
        _epsilon = settings.AdamEpsilon.ToScalar();
        FirstMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
        SecondMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>Running mean of the gradient.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Running mean of the squared gradient.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>One update from the gradients that stand in the parameters.</summary>
    /// <param name="step">Updates done before, from 0.</param>
    /// <param name="learningRate">Step size.</param>
    /// <returns>The global norm of the gradient before clipping, a scalar tensor that belongs to the caller's scope.</returns>
    public Tensor Step(long step, double learningRate)
    {
        return _path switch
        {
            AdamPath.Memory => StepOnMemory(step + 1, learningRate),
            AdamPath.Fused => StepFused(step + 1, learningRate),
            _ => StepOnTensors(step + 1, learningRate),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        Array.ForEach([_clip, _oldInSecond, _newToSecond, _epsilon], s => s.Dispose());
    }

    private Tensor StepOnMemory(long step, double learningRate)
    {
        Span<float> gradient = TensorMemory.Floats(_parameters.Gradients), values = TensorMemory.Floats(_parameters.Values);
        Span<float> penalty = _parameters.HasPenalty ? TensorMemory.Floats(_parameters.PenaltyGradient) : [];
        double norm = Math.Sqrt(AdamUpdate.AddPenalty(gradient, values, penalty));
        double clip = _settings.ClipNorm > 0 ? _settings.ClipNorm / Math.Max(norm, _settings.ClipNorm) : 1;
        AdamSettings constants = new(_settings.Beta1, _settings.Beta2, _settings.AdamEpsilon);
        AdamFactors factors = AdamWithCorrectedMoments.Factors(constants, step, learningRate, clip, _settings.WeightDecay);
        AdamUpdate.Apply<AdamWithCorrectedMoments>(
            gradient, values, TensorMemory.Floats(FirstMoment), TensorMemory.Floats(SecondMoment), constants, factors);
        return tensor((float)norm);
    }

    private Tensor StepFused(long step, double learningRate)
    {
        double correction1 = 1 - Math.Pow(_settings.Beta1, step);
        double root = Math.Sqrt(1 - Math.Pow(_settings.Beta2, step));
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = _parameters.Gradients;
        if (_parameters.HasPenalty)
        {
            gradient.addcmul_(_parameters.PenaltyGradient, _parameters.Values, Scalars.One);
        }

        Tensor norm = gradient.norm();
        FusedAdam.Step(
            _parameters.Values,
            gradient,
            FirstMoment,
            SecondMoment,
            Divisor(norm),
            learningRate * root / correction1,
            _settings.Beta1,
            _settings.Beta2,
            _settings.WeightDecay * correction1 / root,
            _settings.AdamEpsilon * root);
        return norm.MoveToOuterDisposeScope();
    }

    // What the gradient is divided by: 1 or norm / clip, the larger, so that the host need not wait for the norm; null for nothing.
    private Tensor? Divisor(Tensor norm) => _settings.ClipNorm switch
    {
        0 => null,
        1 => norm.clamp_min(Scalars.One),
        _ => norm.div(_clip).clamp_min_(Scalars.One),
    };

    private Tensor StepOnTensors(long step, double learningRate)
    {
        double correction1 = 1 - Math.Pow(_settings.Beta1, step);
        double correction2 = 1 - Math.Pow(_settings.Beta2, step);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = _parameters.Gradients;
        Tensor values = _parameters.Values;
        if (_parameters.HasPenalty)
        {
            gradient.addcmul_(_parameters.PenaltyGradient, values, Scalars.One);
        }

        Tensor norm = gradient.norm();
        if (_settings.ClipNorm > 0)
        {
            // clip / max(norm, clip) is 1 for small gradients: no branch, so the host need not wait for the norm.
            gradient.mul_(norm.clamp_min(_clip).reciprocal_().mul_(_clip));
        }

        using Scalar root = Math.Sqrt(correction2).ToScalar();
        using Scalar rate = (-learningRate / correction1).ToScalar();
        // Its weight is a tensor: there is no overload for a scalar, and the conversion of one fails at run time.
        FirstMoment.lerp_(gradient, 1 - _settings.Beta1);
        SecondMoment.mul_(_oldInSecond).addcmul_(gradient, gradient, _newToSecond);
        Tensor denominator = SecondMoment.sqrt().div_(root).add_(_epsilon, Scalars.One);
        if (_settings.WeightDecay > 0)
        {
            using Scalar shrink = (1 - learningRate * _settings.WeightDecay).ToScalar();
            values.mul_(shrink);
        }

        values.addcdiv_(FirstMoment, denominator, rate);
        return norm.MoveToOuterDisposeScope();
    }
}
