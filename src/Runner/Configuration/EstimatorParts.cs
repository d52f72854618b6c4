using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Configuration;

/// <summary>What an estimator is built from.</summary>
/// <param name="Dimension">Number of parameters, D.</param>
/// <param name="Summary">A new summary network.</param>
/// <param name="ParameterVariance">Variance of the training parameters, [D].</param>
/// <param name="Random">Where initial weights come from.</param>
public sealed record EstimatorParts(long Dimension, SummaryNetwork Summary, Tensor ParameterVariance, RandomSource Random);
