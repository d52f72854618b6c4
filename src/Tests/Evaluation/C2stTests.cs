using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

[TestFixture]
public sealed class C2stTests() : SeededTests(s_key.Child("draws"))
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(7);
    private static readonly C2stEngine[] s_engines = [C2stEngine.Tensor, C2stEngine.Vector];

    [TestCaseSource(nameof(s_engines))]
    public void EqualDistributionsScoreOneHalf(C2stEngine engine)
    {
        double[] scores = C2st.Score(
            Random.Normal([6, 2000, 2]),
            Random.Normal([6, 2000, 2]),
            new C2stSettings { Engine = engine },
            s_key
        );
        // 6 x 1000 held-out draws: a standard error of 0.0065 around a mean slightly below 0.5 (a fitted classifier cannot gain).
        Assert.That(scores.Average(), Is.EqualTo(0.5).Within(0.025));
    }

    [TestCase(C2stEngine.Tensor, 1.0)]
    [TestCase(C2stEngine.Vector, 1.0)]
    [TestCase(C2stEngine.Vector, 3.0)]
    public void AShiftedNormalScoresTheBayesAccuracy(C2stEngine engine, double shift)
    {
        Tensor draws = Random.Normal([6, 2000, 2]) + tensor(new[] { (float)shift, 0 });
        double[] scores = C2st.Score(draws, Random.Normal([6, 2000, 2]), new C2stSettings { Engine = engine }, s_key);
        Assert.That(scores.Average(), Is.EqualTo(Normal.CDF(0, 1, shift / 2)).Within(0.025));
    }

    [Test]
    public void ScalesAndOffsetsThatBothSamplesShareDoNotMatter()
    {
        Tensor draws = Random.Normal([2, 500, 2]), reference = Random.Normal([2, 500, 2]) * 1.5;
        double[] plain = C2st.Score(draws, reference, new C2stSettings { MaxEpochs = 5 }, s_key);
        double[] moved = C2st.Score(draws * 4 + 64, reference * 4 + 64, new C2stSettings { MaxEpochs = 5 }, s_key);
        Assert.That(moved, Is.EqualTo(plain).Within(0.01)); // the offset costs some digits of the draws themselves
    }

    [TestCaseSource(nameof(s_engines))]
    public void AScoreDoesNotDependOnTheOtherDataSetsNorOnChunks(C2stEngine engine)
    {
        Tensor draws = Random.Normal([5, 400, 2]) * 1.3, reference = Random.Normal([5, 400, 2]);
        // Batched products may round differently with another batch, which long training amplifies without bound: there the test
        // stops early, where one of the 200 held-out draws may fall on the other side. Vector arithmetic is the same bit for bit.
        var settings = new C2stSettings { Engine = engine, MaxEpochs = engine == C2stEngine.Tensor ? 20 : 10_000 };
        double tolerance = engine == C2stEngine.Tensor ? 0.0051 : 0;
        double[] together = C2st.Score(draws, reference, settings, s_key);
        double[] chunked = C2st.Score(draws, reference, settings with { MaxBytes = 1, Threads = 1 }, s_key);
        double[] first = C2st.Score(draws.narrow(0, 0, 2), reference.narrow(0, 0, 2), settings, s_key);
        Assert.Multiple(() =>
        {
            Assert.That(chunked, Is.EqualTo(together).Within(tolerance));
            Assert.That(first, Is.EqualTo(together[..2]).Within(tolerance));
        });
    }

    // One column, N(offset + 1.5 scale, scale^2) against N(offset, scale^2): Phi(0.75) = 0.773.
    [TestCase(5e8, 1)]
    [TestCase(0, 1e-40)]
    [TestCase(0, 1e-200)]
    [TestCase(0, 1e300)]
    public void OffsetsAndScalesOfDoublePrecisionDoNotMatter(double offset, double scale)
    {
        Tensor draws = (Random.Normal([2, 2000, 1]).to_type(ScalarType.Float64) + 1.5) * scale + offset;
        Tensor reference = Random.Normal([2, 2000, 1]).to_type(ScalarType.Float64) * scale + offset;
        double[] scores = C2st.Score(draws, reference, new C2stSettings(), s_key);
        // 2 x 1000 held-out draws: a standard error of 0.009.
        Assert.That(scores.Average(), Is.EqualTo(Normal.CDF(0, 1, 0.75)).Within(0.03));
    }

    [Test]
    public void AReferenceThatNeverVariesIsToldFromDrawsOfAnyScale()
    {
        Tensor draws = Random.Normal([1, 400, 1]).to_type(ScalarType.Float64) * 1e-40;
        Assert.That(C2st.Score(draws, zeros(1, 400, 1, ScalarType.Float64), new C2stSettings(), s_key)[0], Is.GreaterThan(0.8));
    }

    // Two thin crescents, as two moons' posterior has them: some classifiers give up before they see that the draws' are thicker.
    [Test]
    public void ARestartedClassifierSeldomGivesUp()
    {
        Tensor draws = Crescents(8), reference = Crescents(8);
        draws = draws + Random.Normal([8, 2000, 2]) * 0.02;
        var settings = new C2stSettings { HiddenPerDimension = 10, Engine = C2stEngine.Vector };

        double[] once = C2st.Score(draws, reference, settings, s_key);
        double[] again = C2st.Score(draws, reference, settings with { Restarts = 3 }, s_key);
        double[] equal = C2st.Score(Crescents(8), reference, settings with { Restarts = 3, MaxEpochs = 100 }, s_key);

        Assert.Multiple(() =>
        {
            Assert.That(once.Min(), Is.LessThan(0.6));
            Assert.That(again, Is.All.InRange(0.64, 0.71));
            // 8 x 1000 held-out draws: that the best of four by their training losses counts makes no score too good.
            Assert.That(equal.Average(), Is.EqualTo(0.5).Within(0.025));
        });
    }

    [Test]
    public void BothEnginesCountTheRestartThatLearntTheMost()
    {
        Tensor draws = Crescents(4) * 1.2, reference = Crescents(4);
        var settings = new C2stSettings { MaxEpochs = 15, Restarts = 4 };

        double[] vector = C2st.Score(draws, reference, settings with { Engine = C2stEngine.Vector }, s_key);
        double[] tensors = C2st.Score(draws, reference, settings with { Engine = C2stEngine.Tensor }, s_key);
        double[] first = C2st.Score(draws, reference, settings with { Engine = C2stEngine.Vector, Restarts = 0 }, s_key);

        // A held-out draw or two of the 1000 may fall on the other side; another restart's score would be further off.
        Assert.That(tensors, Is.EqualTo(vector).Within(0.0021));
        Assert.That(first.Zip(vector, (one, best) => Math.Abs(one - best)).Max(), Is.GreaterThan(0.0021));
    }

    [Test]
    public void AClassifierWhoseTrainingDivergedDoesNotCount()
    {
        HeldOut diverged = new(10, 5, 5, 0, double.NaN), learnt = new(10, 5, 9, 4, 0.3), gaveUp = new(10, 5, 6, 3, 0.69);
        Assert.That(HeldOut.OfTheLowestLoss([diverged, gaveUp, learnt]), Is.EqualTo(learnt));
        Assert.That(HeldOut.OfTheLowestLoss([diverged]), Is.EqualTo(diverged));
    }

    private Tensor Crescents(int sets)
    {
        Tensor angle = (Random.Uniform([sets, 2000]) - 0.5) * Math.PI, radius = Random.Normal([sets, 2000]) * 0.01 + 0.1;
        Tensor side = Random.Uniform([sets, 2000]).gt(0.5).to_type(ScalarType.Float32) * 2 - 1;
        return stack([side * (radius * angle.cos() + 0.25), side * radius * angle.sin()], -1);
    }

    [TestCaseSource(nameof(s_engines))]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheChanceLevelDoesNotDependOnTheNumberOfDraws(C2stEngine engine)
    {
        Tensor few = Random.Normal([8, 100, 2]), many = Random.Normal([8, 10_000, 2]);
        var settings = new C2stSettings { Engine = engine };
        // 8 x 50 held-out draws: a standard error of 0.025.
        Assert.That(C2st.Score(few, many, settings, s_key).Average(), Is.EqualTo(0.5).Within(0.09));
        Assert.That(C2st.Score(many, few, settings, s_key).Average(), Is.EqualTo(0.5).Within(0.09));
        Assert.That(C2st.Score(few + 2, many, settings, s_key).Average(), Is.GreaterThan(0.85));
    }

    [TestCaseSource(nameof(s_engines))]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void PValuesAreUniformForEqualDistributionsAndSmallForOthers(C2stEngine engine)
    {
        const int sets = 200;
        Tensor draws = Random.Normal([sets, 60, 2]), reference = Random.Normal([sets, 80, 2]);
        var settings = new C2stSettings { MaxEpochs = 150, Engine = engine };
        C2stResult[] equal = C2st.Test(draws, reference, settings, s_key), shifted = C2st.Test(draws + 1.5, reference, settings, s_key);
        Assert.Multiple(() =>
        {
            // Kolmogorov and Smirnov: 1.63 / sqrt(J) is exceeded by one uniform sample in a hundred.
            Assert.That(Tarp.LargestDifference([.. equal.Select(r => r.PValue)]), Is.LessThan(1.63 / Math.Sqrt(sets)));
            Assert.That(shifted.Count(r => r.PValue < 0.05), Is.GreaterThan(sets * 9 / 10));
            Assert.That(C2stResult.Combine(equal).PValue, Is.InRange(0.005, 0.995));
            Assert.That(C2stResult.Combine(shifted).PValue, Is.LessThan(1e-12));
            // 30 held-out draws each: sqrt(0.25 / 30).
            Assert.That(equal.Average(r => r.StandardError), Is.EqualTo(0.091).Within(0.004));
            Assert.That(C2stResult.Combine(equal).StandardError, Is.EqualTo(0.091 / Math.Sqrt(sets)).Within(0.0005));
            Assert.That(equal.Select(r => r.Accuracy), Is.EqualTo(C2st.Score(draws, reference, settings, s_key)));
            Assert.That(() => C2st.Test(draws, reference, settings with { Folds = 2 }, s_key), Throws.ArgumentException);
        });
    }

    [Test]
    public void AClassifierThatCannotBeHeldIsRefused() =>
        Assert.That(
            () => C2st.Score(zeros(1, 10, 5000), zeros(1, 10, 5000), new C2stSettings(), s_key),
            Throws.ArgumentException.With.Message.Contains(
                "5000 parameters with 16 hidden units each need a classifier of 6800240001 weights"
            )
        );

    [Test]
    public void FoldsOfUnequalSizeAreAveraged()
    {
        // 2 x 401 rows in 5 folds: two folds of 161 rows and three of 160.
        Tensor draws = Random.Normal([2, 401, 2]) + 1.5, reference = Random.Normal([2, 401, 2]);
        double[] scores = C2st.Score(draws, reference, new C2stSettings { Folds = 5, HiddenPerDimension = 10 }, s_key);
        // Bayes accuracy Phi(1.5 sqrt 2 / 2) = 0.856; 802 predictions have a standard error of 0.012.
        Assert.That(scores, Is.All.EqualTo(0.856).Within(0.05));
    }

    [Test]
    public void ProgressEndsAtOneAndWorkCanBeEnded()
    {
        Tensor draws = Random.Normal([3, 200, 2]), reference = Random.Normal([3, 300, 2]);
        var progress = new Last();
        C2st.Score(draws, reference, new C2stSettings { MaxEpochs = 3 }, s_key, progress);
        Assert.That(progress.Value, Is.EqualTo(1.0).Within(1e-12));
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.That(
            () => C2st.Score(draws, reference, new C2stSettings { MaxEpochs = 3 }, s_key, null, cancel.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void ShapesAndOptionsAreChecked()
    {
        Tensor draws = zeros(2, 10, 3), other = zeros(2, 10, 2);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => C2st.Score(draws, other, new C2stSettings(), s_key),
                Throws.ArgumentException.With.Message.StartsWith(
                    "reference: expected [2, S', 3] to go with draws [2, 10, 3], got [2, 10, 2]."
                )
            );
            Assert.That(
                () => C2st.Score(draws / 0, draws, new C2stSettings(), s_key),
                Throws.ArgumentException.With.Message.StartsWith("draws: expected finite numbers"));
            Assert.That(
                () => C2st.Score(draws, draws, new C2stSettings { Folds = 1, L2 = -1 }, s_key),
                Throws.ArgumentException.With.Message.EqualTo(
                    "C2ST settings: expected Folds of 0 for one split, or at least 2. The field L2 must be between 0 and 1000000. "
                        + "(Parameter 'settings')"
                )
            );
        });
    }

    [TestCaseSource(nameof(s_engines))]
    public void NoTensorIsLeftBehind(C2stEngine engine)
    {
        Tensor draws = Random.Normal([3, 200, 2]), reference = Random.Normal([3, 200, 2]);
        var settings = new C2stSettings { MaxEpochs = 3, Engine = engine };
        C2st.Score(draws, reference, settings, s_key);
        long before = LiveTensors.Settled();
        C2st.Score(draws, reference, settings, s_key);
        C2st.Score(draws, reference, settings with { Folds = 3 }, s_key);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private sealed class Last : IProgress<double>
    {
        private readonly Lock _lock = new();

        public double Value { get; private set; }

        public void Report(double value)
        {
            lock (_lock)
            {
                Value = Math.Max(Value, value);
            }
        }
    }

    /// <summary>Nine of ten rows are held out: eight rows leave none to train on, ten leave one.</summary>
    /// <param name="engine">The implementation.</param>
    [TestCase(C2stEngine.Tensor)]
    [TestCase(C2stEngine.Auto)]
    public void ASplitLeavesSomeRowsToTrainOn(C2stEngine engine)
    {
        using DisposeScope scope = NewDisposeScope();
        C2stSettings settings = new() { TestFraction = 0.9, MaxEpochs = 2, Engine = engine };

        Assert.That(
            () => C2st.Score(zeros(1, 4, 2), ones(1, 4, 2), settings, s_key),
            Throws.ArgumentException.With.Message.Contains("expected at least 10 rows together, as many of each, got 8."));
        Assert.That(C2st.Score(zeros(1, 5, 2), ones(1, 5, 2), settings, s_key).Single(), Is.InRange(0, 1));
    }
}
