using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>
/// Small estimators of every kind over two parameters and a vector of two observed numbers, with dropout and penalties on.
/// </summary>
internal static class Contenders
{
    public static readonly string[] Names = ["acf", "nsf", "fmpe", "cmpe", "npse", "ect"];

    public static IPosteriorEstimator Create(string name, bool perturbed = false, double dropout = 0.1)
    {
        RandomKey key = RandomKey.FromSeed(43).Child(name);
        using RandomSource random = new(key);
        DirectSummary summary = new(2);
        CouplingFlowSettings flow = new() { Layers = 2, Units = 16, Bins = 8, Dropout = dropout };
        ResidualMlpSettings mlp = new() { Units = 32, Blocks = 2, Dropout = dropout, L2 = 1e-4 };
        using Tensor variance = ones(2);
        IPosteriorEstimator estimator = name switch
        {
            "acf" => new FlowPosterior(2, summary, CouplingKind.Affine, flow, random),
            "nsf" => new FlowPosterior(2, summary, CouplingKind.Spline, flow, random),
            "fmpe" => new FlowMatchingPosterior(2, summary, new ResidualMlp(2, 2, mlp, random), new FlowMatchingSettings()),
            "cmpe" => new ConsistencyPosterior(
                2, summary, new ResidualMlp(2, 2, mlp, random), variance, new ConsistencySettings { LargestTime = 10, S0 = 10, S1 = 50 }),
            "npse" => new ScorePosterior(2, summary, new ResidualMlp(2, 2, mlp, random), variance, new DiffusionSettings()),
            "ect" => new TunedConsistencyPosterior(
                2, summary, new ResidualMlp(2, 2, mlp, random), variance, new ConsistencyTuningSettings()),
            _ => throw new ArgumentException(name),
        };
        if (perturbed)
        {
            estimator.Network.Perturb(0.05, key.Child("perturbation"));
        }

        return estimator;
    }
}
