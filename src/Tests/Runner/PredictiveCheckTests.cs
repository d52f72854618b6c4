using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Runner.Inferring;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The predictive check of observations that are sets of varying size, and of very few simulations.</summary>
public sealed class PredictiveCheckTests : ScopedTests
{
    private static readonly JobContext s_context = new(CPU, 1, CancellationToken.None);

    /// <summary>Sets of 0 to 5 members in turn, two of each size: eight have no fourth member, six no more than two.</summary>
    [Test]
    public void SimulatedSetsThatAreTooSmallForAStatisticAreLeftOut()
    {
        Predicted predicted = Check(12, "y:at:4", "autocorrelation:2", "y_length:mean").Run(zeros(12, 1), Observed(5), default);

        Assert.That(
            predicted.Statistics.Select(s => (s.Name, s.Observed, s.Median)),
            Is.EqualTo(new[]
            {
                // Members 1, 2, .. about their mean 3: (-2 0 + -1 1 + 0 2) / 10; of 3, 4 and 5 members -1/2, -3/10 and -1/10.
                ("y: at 4", 4, 4), ("y: autocorrelation 2", -0.1, -0.3), ("y_length: mean", 5, 2.5),
            }).Using<(string, double, double)>(
                (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9 && Math.Abs(a.Item3 - b.Item3) < 1e-9));
        Assert.That(predicted.Note, Is.EqualTo(
            "y: at 4: 8 of 12 simulations have too few numbers for it. "
                + "y: autocorrelation 2: 6 of 12 simulations have too few numbers for it."));
    }

    [Test]
    public void AnObservedSetThatIsTooSmallForAStatisticIsSaidToBe()
    {
        Predicted predicted = Check(12, "y:at:4", "y:max").Run(zeros(12, 1), Observed(3), default);

        Assert.That(predicted.Statistics.Select(s => s.Name), Is.EqualTo(new[] { "y: max" }));
        Assert.That(predicted.Note, Does.StartWith("y: at 4 is left out: the observation has 3 numbers."));
    }

    [Test]
    public void SetsWithoutADeviationAreCounted()
    {
        Predicted predicted = Check(12).Run(zeros(12, 1), Observed(3), default);

        Assert.That(predicted.Statistics, Has.Count.EqualTo(5), "four of the set, and its size");
        Assert.That(predicted.Note, Is.EqualTo("y: 4 of 12 simulations have fewer than two numbers."));
    }

    [TestCase(1, 0)]
    [TestCase(2, 1)]
    public void OneSimulationOfASeriesHasStatisticsAndNoPanel(int simulations, int panels)
    {
        PredictiveCheck check = new(new Series(), new InferenceSettings { Observations = [], Predictive = simulations }, s_context);

        Predicted predicted = check.Run(zeros(4, 1), new Observation(new Dictionary<string, Tensor> { ["x"] = ones(1, 3) }), default);

        Assert.That(predicted.Series, Has.Count.EqualTo(panels));
        Assert.That(predicted.Statistics, Has.Count.EqualTo(4));
    }

    [TestCase("at:2", null)]
    [TestCase("autocorrelation:1", null)]
    [TestCase("y_length:mean", null)]
    [TestCase("at:6", "at 6: the array has 5 numbers")]
    [TestCase("y_length:at:2", "at 2: the array has 1 numbers")]
    public void AStatisticOfEveryArrayIsNotAskedOfTheSizeOfASet(string statistic, string? problem) =>
        Assert.That(PosteriorInference.Problem([ChosenStatistic.Parse(statistic)], Observed(5).Parts), Is.EqualTo(problem));

    private static PredictiveCheck Check(int simulations, params string[] statistics) => new(
        new Sets(),
        new InferenceSettings { Observations = [], Predictive = simulations, Statistics = [.. statistics.Select(ChosenStatistic.Parse)] },
        s_context);

    private static Observation Observed(int members) => Sets.Of([members]);

    /// <summary>Sets of 0 to 5 members in turn, which are 1, 2, ...; what is behind them is padding.</summary>
    private sealed class Sets : Stub
    {
        public static Observation Of(float[] lengths) => new(new Dictionary<string, Tensor>
        {
            ["y"] = arange(1, 6, dtype: ScalarType.Float32).view(1, 5, 1).repeat(lengths.Length, 1, 1),
            ["y_length"] = tensor(lengths, [lengths.Length, 1]),
        });

        public override Observation Simulate(Tensor theta, RandomSource random) =>
            Of([.. Enumerable.Range(0, (int)theta.shape[0]).Select(i => (float)(i % 6))]);
    }

    private sealed class Series : Stub
    {
        public override Observation Simulate(Tensor theta, RandomSource random) =>
            new(new Dictionary<string, Tensor> { ["x"] = random.Normal([theta.shape[0], 3]) });
    }

    private abstract class Stub : ITask
    {
        public string Name => "stub";

        public IReadOnlyList<string> ParameterNames => ["a"];

        public TaskDescription Description { get; } = new() { ParameterLabels = ["a"] };

        public Tensor SamplePrior(long count, RandomSource random) => zeros(count, 1);

        public abstract Observation Simulate(Tensor theta, RandomSource random);
    }
}
