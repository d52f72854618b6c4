using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Draws depend on the key, the data set and their number, and on nothing that is a matter of batching.</summary>
public sealed class PosteriorSamplerTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(41);

    // Matrix products of other batch sizes round differently; the draws are of order one to ten.
    private const double Rounding = 2e-4;

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void TheSameKeyGivesTheSameBits(string contender)
    {
        using IPosteriorEstimator estimator = Contenders.Create(contender, perturbed: true);
        using Observation x = Observations(3);
        using Tensor first = PosteriorSampler.Sample(estimator, x, 50, 3, s_key);
        using Tensor second = PosteriorSampler.Sample(estimator, x, 50, 3, s_key);
        using Tensor other = PosteriorSampler.Sample(estimator, x, 50, 3, s_key.Child("other"));
        Assert.That(first.shape, Is.EqualTo(new long[] { 3, 50, 2 }));
        Assert.That(second.Numbers(), Is.EqualTo(first.Numbers()));
        Assert.That(other.Numbers(), Is.Not.EqualTo(first.Numbers()));
        Assert.That(first.Numbers(), Has.All.Matches<double>(double.IsFinite));
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void BatchingDoesNotMatter(string contender)
    {
        using IPosteriorEstimator estimator = Contenders.Create(contender, perturbed: true);
        using Observation x = Observations(5);
        double[] expected = Draw(new SamplingSettings());
        foreach (SamplingSettings settings in new SamplingSettings[]
        {
            new() { RowsPerPass = 1 }, new() { RowsPerPass = 3000 }, new() { RowsPerPass = 1_000_000 },
            new() { Threads = 2 }, new() { Threads = 2, RowsPerPass = 2500 },
        })
        {
            Assert.That(Draw(settings), Is.EqualTo(expected).Within(Rounding), settings.ToString());
        }

        Assert.That(get_num_threads(), Is.EqualTo(1), "the caller's setting stays");

        double[] Draw(SamplingSettings settings)
        {
            using Tensor draws = PosteriorSampler.Sample(estimator, x, 1200, 3, s_key, settings);
            return draws.Numbers();
        }
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void ADataSetsDrawsDoNotDependOnTheOthers(string contender)
    {
        using IPosteriorEstimator estimator = Contenders.Create(contender, perturbed: true);
        using Observation five = Observations(5);
        using Observation two = five.Narrow(0, 2);
        using Tensor all = PosteriorSampler.Sample(estimator, five, 40, 3, s_key, new SamplingSettings { RowsPerPass = 10_000 });
        using Tensor some = PosteriorSampler.Sample(estimator, two, 40, 3, s_key);
        using Tensor head = all.narrow(0, 0, 2);
        Assert.That(some.Numbers(), Is.EqualTo(head.Numbers()).Within(Rounding));
    }

    [Test]
    public void DataSetsDoNotShareNoise()
    {
        using IPosteriorEstimator estimator = Contenders.Create("fmpe", perturbed: true);
        using Tensor same = ones([2, 2]);
        using Observation x = new(same.alias());
        using Tensor draws = PosteriorSampler.Sample(estimator, x, 2000, 2, s_key);
        using Tensor first = draws[0];
        using Tensor second = draws[1];
        Assert.That(second.Numbers(), Is.Not.EqualTo(first.Numbers()).Within(Rounding));
        Assert.That(first.Numbers()[2000..2004], Is.Not.EqualTo(first.Numbers()[..4]).Within(Rounding), "nor do blocks");
    }

    [Test]
    public void TheDrawsBelongToTheCallersScope()
    {
        using IPosteriorEstimator estimator = Contenders.Create("fmpe");
        using Observation x = Observations(2);
        Tensor draws;
        using (NewDisposeScope())
        {
            draws = PosteriorSampler.Sample(estimator, x, 5, 2, s_key);
            Assert.That(draws.IsInvalid, Is.False);
        }

        Assert.That(draws.IsInvalid, Is.True);
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void OfNoDataSetsThereAreNoDraws(string contender)
    {
        using IPosteriorEstimator estimator = Contenders.Create(contender);
        using Observation x = new(zeros(0, 2));
        using Tensor draws = PosteriorSampler.Sample(estimator, x, 5, 2, s_key);
        using DrawsWithDensity weighed = PosteriorSampler.SampleWithDensity(estimator, x, 5, s_key);
        Assert.Multiple(() =>
        {
            Assert.That(draws.shape, Is.EqualTo(new long[] { 0, 5, 2 }));
            Assert.That(weighed.Theta.shape, Is.EqualTo(new long[] { 0, 5, 2 }));
            Assert.That(weighed.LogProb.shape, Is.EqualTo(new long[] { 0, 5 }));
        });
    }

    [Test]
    public void WrongArgumentsAreRefused()
    {
        using IPosteriorEstimator estimator = Contenders.Create("acf");
        using Observation x = Observations(2);
        Assert.Multiple(() =>
        {
            Assert.That(() => PosteriorSampler.Sample(estimator, x, 0, 1, s_key), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => PosteriorSampler.Sample(estimator, x, 1, 0, s_key), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => PosteriorSampler.Sample(null!, x, 1, 1, s_key), Throws.ArgumentNullException);
            Assert.That(() => PosteriorSampler.Sample(estimator, null!, 1, 1, s_key), Throws.ArgumentNullException);
        });
    }

    [Test]
    public void CancellingStopsBetweenPasses([Values(1, 2)] int threads)
    {
        using IPosteriorEstimator estimator = Contenders.Create("acf");
        using Observation x = Observations(4);
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.That(
            () => PosteriorSampler.Sample(estimator, x, 1000, 1, s_key, new SamplingSettings { Threads = threads }, cancel: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void CancellingStopsWithinAPassAndLeavesNothingBehind(string contender)
    {
        using IPosteriorEstimator estimator = Contenders.Create(contender);
        using Observation x = Observations(1);
        using CancellationTokenSource source = new();
        source.Cancel();
        Stop();
        long before = LiveTensors.Settled();
        Stop();
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));

        void Stop()
        {
            using IDisposable scope = NewDisposeScope();
            using BlockNoise noise = new([s_key], [5], 2, CPU);
            Assert.That(
                () => estimator.Draw(estimator.Summarise(x).expand(5, -1), noise, 3, source.Token),
                Throws.InstanceOf<OperationCanceledException>());
        }
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void RepeatedSamplingLeavesNothingBehind(string contender)
    {
        using IPosteriorEstimator estimator = Contenders.Create(contender);
        using Observation x = Observations(2);
        Draw();
        long before = LiveTensors.Settled();
        for (int i = 0; i < 50; i++)
        {
            Draw();
        }

        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));

        void Draw()
        {
            using Tensor draws = PosteriorSampler.Sample(estimator, x, 20, 5, s_key);
        }
    }

    private static Observation Observations(int count)
    {
        using RandomSource random = new(s_key.Child("x"));
        return new Observation(random.Normal([count, 2]));
    }
}
