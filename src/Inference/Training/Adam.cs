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

    /// <summary>An optimiser with zero moments.</summary>
    /// <param name="parameters">What is optimised.</param>
    /// <param name="settings">Decay rates, epsilon, clipping, weight decay.</param>
    public Adam(FlatParameters parameters, TrainingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _settings = settings;
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
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = _parameters.Gradients;
        Tensor values = _parameters.Values;
        if (_parameters.HasPenalty)
        {
            gradient.addcmul_(_parameters.PenaltyGradient, values, 1);
        }

        Tensor norm = gradient.norm();
        if (_settings.ClipNorm > 0)
        {
            // clip / max(norm, clip) is 1 for small gradients: no branch, so the host need not wait for the norm.
            gradient.mul_(norm.clamp_min(_settings.ClipNorm).reciprocal_().mul_(_settings.ClipNorm));
        }

        double t = step + 1;
        double correction1 = 1 - Math.Pow(_settings.Beta1, t);
        double correction2 = 1 - Math.Pow(_settings.Beta2, t);
        FirstMoment.lerp_(gradient, 1 - _settings.Beta1);
        SecondMoment.mul_(_settings.Beta2).addcmul_(gradient, gradient, 1 - _settings.Beta2);
        Tensor denominator = SecondMoment.sqrt().div_(Math.Sqrt(correction2)).add_(_settings.AdamEpsilon);
        if (_settings.WeightDecay > 0)
        {
            values.mul_(1 - learningRate * _settings.WeightDecay);
        }

        values.addcdiv_(FirstMoment, denominator, -learningRate / correction1);
        return norm.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
