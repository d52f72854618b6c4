using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Each switch to the published script's behaviour changes what it names, and leaves the rest alone.</summary>
public sealed class ConsistencySwitchTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(23);
    private static readonly ConsistencySettings s_paper = new() { LargestTime = 10, S0 = 10, S1 = 50 };

    [Test]
    public void ExtraIntervalAddsOnePointToTheGrid()
    {
        float[] paper = [.. ConsistencySchedule.Grid(11, 0.001, 10, 7).Select(t => (float)t)];
        float[] script = [.. ConsistencySchedule.Grid(12, 0.001, 10, 7).Select(t => (float)t)];
        Assert.That(LevelsSeen(s_paper, 0, 0), Is.EquivalentTo(paper));
        Assert.That(LevelsSeen(s_paper with { ExtraInterval = true }, 0, 0), Is.EquivalentTo(script));
    }

    [Test]
    public void ValidationAdvancesTheCurriculumByAStepPerEpoch()
    {
        // Stages of 301 steps: with ten epochs done, step 295 is the 305th.
        ConsistencySettings script = s_paper with { ValidationAdvancesCurriculum = true };
        Assert.That(LevelsSeen(s_paper, 295, 10), Has.Count.EqualTo(11));
        Assert.That(LevelsSeen(script, 295, 10), Has.Count.EqualTo(21));
        Assert.That(LevelsSeen(script, 295, 5), Has.Count.EqualTo(11));
    }

    [Test]
    public void TheTeacherSharesTheStudentsMasksUnlessTold()
    {
        List<float[]> shared = Train(s_paper, 0, 0, 16).Masks;
        List<float[]> independent = Train(s_paper with { IndependentTeacherDropout = true }, 0, 0, 16).Masks;
        Assert.That(shared, Has.Count.EqualTo(2));
        Assert.That(shared[1], Is.EqualTo(shared[0]));
        Assert.That(independent[1], Is.Not.EqualTo(independent[0]));
        Assert.That(independent[0], Is.EqualTo(shared[0]), "the student's stream does not move");
    }

    [Test]
    public void ValidationHasNoDropout()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using FormulaNetwork network = new((theta, _, _) => theta);
        using ConsistencyPosterior posterior = Create(s_paper with { IndependentTeacherDropout = true }, network);
        posterior.Loss(zeros([4, 2]), new Observation(zeros([4, 2])), new TrainingStep(random, 0, 100, IsTraining: false));
        Assert.That(network.Stochastic, Is.EqualTo(new[] { false, false }));
    }

    [Test]
    public void DropoutWhileSamplingIsOffUnlessTold([Values] bool on)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using ConsistencyPosterior posterior = Create(s_paper with { DropoutWhileSampling = on }, network);
        using GivenNoise noise = new(randn(50, 2), randn(50, 2), randn(50, 2));
        posterior.Draw(zeros([50, 2]), noise, 3);
        Assert.That(network.Stochastic, Is.EqualTo(new[] { on, on, on }));
        Assert.That(network.Masks[0].SequenceEqual(network.Masks[1]), Is.EqualTo(!on), "fresh masks for every pass");
    }

    [Test]
    public void TrainableSigmaAddsTwoIndependentVariablesPerDimension()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using ConsistencyPosterior plain = Create(s_paper, new LinearNetwork(1, 1, 1));
        using ConsistencyPosterior trainable = Create(s_paper with { TrainableSigma = true }, new LinearNetwork(1, 1, 1));
        Assert.That(plain.CountWeights(), Is.EqualTo(3));
        Assert.That(trainable.CountWeights(), Is.EqualTo(3 + 4));

        // Before any training both are the same function.
        (Tensor theta, Tensor x) = (random.Normal([8, 2]), random.Normal([8, 2]));
        float[] losses = [.. new[] { plain, trainable }.Select(p =>
        {
            using RandomSource again = new(s_key.Child("loss"));
            return p.Loss(theta, new Observation(x), new TrainingStep(again, 0, 100)).item<float>();
        })];
        Assert.That(losses[1], Is.EqualTo(losses[0]));
    }

    [Test]
    public void AGivenVarianceReplacesTheMeasuredOne()
    {
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior posterior = Create(
            s_paper with
            {
                ParameterVariance = 0.25,
            },
            new FormulaNetwork((theta, _, _) => zeros_like(theta))
        );
        Tensor f = posterior.Apply(ones([1, 2]), full([1, 1], 1.001, dtype: ScalarType.Float32), zeros([1, 2]), ForwardPass.Evaluation);
        Assert.That(f.Numbers(), Has.All.EqualTo(0.25 / 1.25).Within(1e-6));
    }

    private static ConsistencyPosterior Create(ConsistencySettings settings, FreeFormNetwork network) =>
        new(2, new DirectSummary(2), network, tensor(new[] { 0.7f, 1.3f }), settings);

    private static FormulaNetwork Train(ConsistencySettings settings, long step, long epochs, int rows)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        FormulaNetwork network = new((theta, _, _) => theta);
        using ConsistencyPosterior posterior = Create(settings, network);
        posterior.Loss(zeros([rows, 2]), new Observation(zeros([rows, 2])), new TrainingStep(random, step, 1000, epochs));
        return network;
    }

    // Enough rows that even the least likely interval is seen.
    private static HashSet<float> LevelsSeen(ConsistencySettings settings, long step, long epochs) =>
        [.. Train(settings, step, epochs, 20_000).Times.SelectMany(t => t)];
}
