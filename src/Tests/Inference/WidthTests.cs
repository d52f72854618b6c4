using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Series;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// Networks that are put together with widths that do not fit: vector code, which knows a batch as a stretch of memory, would read a wider
/// one across its rows.
/// </summary>
public sealed class WidthTests() : SeededTests(s_key)
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(91);

    [Test]
    public void ASummaryNetworkOfAnotherWidthIsNamed([Values("cmpe", "fmpe", "npse")] string kind, [Values] bool training)
    {
        DeepSet summary = new(2, new DeepSetSettings { Outputs = 6, Units = 64 }, Random);
        ResidualMlp network = new(parameters: 2, condition: 4, new ResidualMlpSettings { Units = 64 }, Random);
        using IPosteriorEstimator estimator = kind switch
        {
            "cmpe" => new ConsistencyPosterior(
                2, summary, network, ones(2), new ConsistencySettings { LargestTime = 10, S0 = 10, S1 = 50 }),
            "fmpe" => new FlowMatchingPosterior(2, summary, network, new FlowMatchingSettings()),
            _ => new ScorePosterior(2, summary, network, ones(2), new DiffusionSettings()),
        };
        TrainingStep step = new(Random, 0, 10, IsTraining: training);
        Assert.That(
            () => estimator.Loss(zeros([8, 2]), new Observation(zeros([8, 5, 2])), step),
            Throws.ArgumentException.With.Message.StartsWith("condition: expected [8, 4], got [8, 6]"));
    }

    [Test]
    public void ANetworkForOtherParametersIsNamed()
    {
        // As wide together as what it gets.
        ResidualMlp network = new(parameters: 3, condition: 1, new ResidualMlpSettings { Units = 64 }, Random);
        using ConsistencyPosterior estimator = new(
            2, new DirectSummary(1), network, ones(2), new ConsistencySettings { LargestTime = 10, S0 = 10, S1 = 50 });
        Assert.That(
            () => estimator.Loss(zeros([8, 2]), new Observation(zeros([8, 1])), new TrainingStep(Random, 0, 10)),
            Throws.ArgumentException.With.Message.StartsWith("theta: expected [8, 3], got [8, 2]"));
        Assert.That(
            () => network.Apply(zeros([8, 2]), zeros([8, 2]), zeros([8, 1]), ForwardPass.SinglePrecision),
            Throws.ArgumentException.With.Message.StartsWith("theta: expected [B, 3], got [8, 2]"));
    }

    [Test]
    public void SummariesOfAnotherSizeThanPromisedAreNamed()
    {
        ResidualMlp network = new(parameters: 2, condition: 2, new ResidualMlpSettings { Units = 64 }, Random);
        using FlowMatchingPosterior estimator = new(2, new Wider(), network, new FlowMatchingSettings());
        Observation x = new(zeros([8, 3]));
        Assert.That(
            () => estimator.Loss(zeros([8, 2]), x, new TrainingStep(Random, 0, 10)),
            Throws.ArgumentException.With.Message.StartsWith("condition: expected [8, 2], got [8, 3]"));
        Assert.That(
            () => estimator.Summarise(x), Throws.ArgumentException.With.Message.StartsWith("condition: expected [8, 2], got [8, 3]"));
    }

    [Test]
    public void AFlowNamesRowsAndConditionsOfAnotherWidth([Values] CouplingKind kind)
    {
        CouplingFlow flow = new(4, 3, kind, new CouplingFlowSettings { Layers = 2, Units = 32, Bins = 4 }, Random);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => flow.Forward(zeros([8, 5]), zeros([8, 3]), ForwardPass.Evaluation),
                Throws.ArgumentException.With.Message.StartsWith("u: expected [B, 4], got [8, 5]"));
            Assert.That(
                () => flow.Forward(zeros([8, 4]), zeros([8, 6]), ForwardPass.Evaluation),
                Throws.ArgumentException.With.Message.StartsWith("condition: expected [8, 3], got [8, 6]"));
            Assert.That(
                () => flow.Inverse(zeros([8, 5]), zeros([8, 3])),
                Throws.ArgumentException.With.Message.StartsWith("v: expected [B, 4], got [8, 5]"));
        });
    }

    /// <summary>Inside of a summary network another width is left to libtorch's products, which refuse it.</summary>
    [Test]
    public void LayersOfSummaryNetworksRefuseAnotherWidth()
    {
        LstmLayer series = new(2, 32, Random);
        AttentionBlock block = new(32, 2, new AttentionSettings { Units = 32 }, Random);
        using IDisposable noGrad = no_grad();
        Assert.Multiple(() =>
        {
            Assert.That(() => series.Apply(zeros([4, 6, 3]), ForwardPass.Evaluation), Throws.InstanceOf<Exception>(), "an LSTM");
            Assert.That(
                () => block.Apply(zeros([4, 6, 32]), zeros([4, 6, 3]), ForwardPass.Evaluation),
                Throws.InstanceOf<Exception>(),
                "attention");
        });
    }

    private sealed class Wider() : SummaryNetwork(nameof(Wider))
    {
        public override long Outputs => 2;

        public override Tensor Summarise(Observation x, ForwardPass pass) => x.Sole.alias();
    }
}
