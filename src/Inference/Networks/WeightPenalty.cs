using TorchSharp.Modules;

namespace Reproduce.Inference.Networks;

/// <summary>An L2 penalty on one parameter: the loss gains <c>Strength * sum(w^2)</c>.</summary>
/// <param name="Parameter">The penalised weights.</param>
/// <param name="Strength">Coefficient of the plain sum of squares (Keras' convention: no factor 1/2).</param>
public readonly record struct WeightPenalty(Parameter Parameter, double Strength);
