using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>A pool of simulations that may fail: replaced in their rows, reported, and the same whatever the size of the pool.</summary>
public sealed class BatchSimulationTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(3);

    [Test]
    public void FailedSimulationsAreReplacedInTheirRowsAndReported()
    {
        using TemporaryFolder folder = new();
        (Simulations pool, IReadOnlyList<FailedSimulation> failures) = Run(new Fragile(limit: 0.3f), 600, folder);
        using (pool)
        {
            float[] theta = pool.Theta.data<float>().ToArray(), x = pool.X.Sole.data<float>().ToArray();
            Assert.Multiple(() =>
            {
                Assert.That(theta, Is.All.GreaterThanOrEqualTo(0.3f));
                Assert.That(x, Is.EqualTo(theta.Select(t => 2 * t)), "an observation of its own parameter in every row");
                // 600 rows, each of which fails 0.3 / 0.7 times on average with variance 0.3 / 0.7^2: sd 19.2; four of them.
                Assert.That(failures, Has.Count.EqualTo(600 * 0.3 / 0.7).Within(77));
                Assert.That(failures.Select(f => f.Row).Distinct().Count(), Is.LessThan(failures.Count), "some replacements failed too");
            });
        }
    }

    [Test]
    public void ALargerPoolBeginsWithASmallerOne()
    {
        using TemporaryFolder folder = new();
        (Simulations small, _) = Run(new Fragile(limit: 0.3f), 70, folder);
        (Simulations large, _) = Run(new Fragile(limit: 0.3f), 600, folder);
        using (small)
        using (large)
        {
            Assert.That(large.Theta.data<float>().ToArray()[..70], Is.EqualTo(small.Theta.data<float>().ToArray()));
        }
    }

    /// <summary>
    /// By definition, one chunk after the other: what failed in a chunk is drawn again together, from streams that the round and the chunk
    /// name. A last chunk that is wanted in part is simulated whole.
    /// </summary>
    /// <param name="chunk">Simulations that share a stream.</param>
    /// <param name="count">Simulations that are wanted.</param>
    [TestCase(1, 40)]
    [TestCase(7, 100)]
    [TestCase(64, 100)]
    public void WhatFailedInAChunkIsReplacedTogether(int chunk, int count)
    {
        using TemporaryFolder folder = new();
        Fragile task = new(0.5f, chunk);
        (Simulations pool, _) = Run(task, count, folder);
        using IDisposable scope = NewDisposeScope();
        using (pool)
        {
            float[] theta = Prior(s_key, 0, 512);
            for (int c = 0; c * chunk < count; c++)
            {
                int[] open = [.. Enumerable.Range(c * chunk, chunk).Where(row => theta[row] < 0.5f)];
                for (int round = 1; open.Length > 0; round++)
                {
                    float[] again = Prior(s_key.Child("again").Child(round), c, open.Length);
                    Array.ForEach([.. Enumerable.Range(0, open.Length)], i => theta[open[i]] = again[i]);
                    open = [.. open.Where(row => theta[row] < 0.5f)];
                }
            }

            Assert.That(pool.Theta.data<float>().ToArray(), Is.EqualTo(theta[..count]));
        }

        static float[] Prior(RandomKey key, int stream, int count)
        {
            using RandomSource random = new(key.Child("prior").Child(stream));
            return random.Uniform([count, 1]).data<float>().ToArray();
        }
    }

    /// <summary>Rows of their own: also where all of them fail at first, and nobody knows yet what an observation looks like.</summary>
    /// <param name="rows">Rows of a part.</param>
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(64)]
    public void PartsOfAPoolAreThoseOfTheWhole(int rows)
    {
        using TemporaryFolder folder = new();
        Fragile task = new(limit: 0.4f);
        (Simulations whole, IReadOnlyList<FailedSimulation> failures) = Run(task, 70, folder);
        List<float> theta = [], x = [];
        List<FailedSimulation> failed = [];
        for (int first = 0; first < 70; first += rows)
        {
            (Simulations part, IReadOnlyList<FailedSimulation> ofPart) = Run(task, Math.Min(rows, 70 - first), folder, first);
            using (part)
            {
                theta.AddRange(part.Theta.data<float>().ToArray());
                x.AddRange(part.X.Sole.data<float>().ToArray());
                failed.AddRange(ofPart);
            }
        }

        using (whole)
        {
            Assert.That(theta, Is.EqualTo(whole.Theta.data<float>().ToArray()));
            Assert.That(x, Is.EqualTo(whole.X.Sole.data<float>().ToArray()));
            Assert.That(failed, Is.EquivalentTo(failures).And.Not.Empty);
        }
    }

    [Test]
    public void ASimulatorThatAlwaysFailsEnds()
    {
        using TemporaryFolder folder = new();
        Assert.That(
            () => Run(new Fragile(limit: 2), 2, folder),
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.StartsWith("2 simulations failed 11 times, with new parameters each time: too small")
        );
    }

    private static (Simulations Pool, IReadOnlyList<FailedSimulation> Failures) Run(
        IBatchSimulator task, int count, TemporaryFolder folder, int first = 0)
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml")).Load();
        JobContext context = JobContext.Of(experiment, CPU, CancellationToken.None);
        return BatchSimulation.Run(task, first, count, s_key, Path.Combine(folder.Path, "pool"), context, new Progress<double>());
    }

    /// <summary>theta ~ U(0, 1), x = 2 theta; fails below a limit.</summary>
    private sealed class Fragile(float limit, int chunk = 1) : IBatchSimulator
    {
        public int Chunk => chunk;

        public string Name => "fragile";

        public IReadOnlyList<string> ParameterNames => ["theta"];

        public TaskDescription Description => new() { ParameterLabels = ["θ"], Batches = this };

        public Tensor SamplePrior(long count, RandomSource random) => random.Uniform([count, 1]);

        public Observation Simulate(Tensor theta, RandomSource random) => new(theta * 2);

        public SimulationBatch SimulateBatch(Tensor theta, RandomKey key, BatchRequest request)
        {
            float[] values = theta.data<float>().ToArray();
            return new SimulationBatch(
                values.All(t => t < limit)
                    ? null
                    : new Observation(tensor(values.Select(t => t < limit ? float.NaN : 2 * t).ToArray(), [values.Length, 1])),
                [.. values.Index().Where(v => v.Item < limit).Select(v => new FailedSimulation(v.Index, "too small"))]);
        }
    }
}
