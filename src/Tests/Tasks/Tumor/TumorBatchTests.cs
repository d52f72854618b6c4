using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Tumor;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>Batches: what they promise about interruption, damage, failures and order; and the task that stands on them.</summary>
[TestFixture]
public sealed class TumorBatchTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(7).Child("tumor-batch");

    // Small and arrested spheroids of different sizes: well below a millisecond each.
    private static readonly TumorParameters[] s_parameters =
        [.. Enumerable.Range(0, 50).Select(i => TumorParameters.Default with { DivisionDepth = 15, InitialSpheroidRadius = 2 + 0.1 * i })];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("tumor-batch-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TheResultDependsOnNeitherChunksNorWorkersNorFolder()
    {
        TumorBatchResult expected = TumorBatch.Run(s_parameters, s_key, new TumorBatchSettings { ChunkSize = 50, Workers = 1 });
        TumorBatchResult result = TumorBatch.Run(
            s_parameters,
            s_key,
            new TumorBatchSettings
            {
                ChunkSize = 7,
                Workers = 3,
                Folder = _folder,
            }
        );
        AssertSame(result, expected);
        Assert.That(expected.Growth(0)[0], Is.LessThan(expected.Growth(49)[0]));

        // Row i is the single simulation with the i-th child of the key.
        var output = new TumorOutput();
        new TumorSimulator().Run(s_parameters[31], s_key.Child(31), output);
        Assert.That(result.Growth(31).ToArray(), Is.EqualTo(output.Growth.Select(g => (float)g)));
        Assert.That(result.Proliferation(31).ToArray(), Is.EqualTo(output.Proliferation.Select(g => (float)g)));
        Assert.That(result.Ecm(31).ToArray(), Is.EqualTo(output.Ecm.Select(g => (float)g)));
    }

    [Test]
    public void AnInterruptedBatchGoesOnWhereItStopped()
    {
        var settings = new TumorBatchSettings { ChunkSize = 10, Workers = 1, Folder = _folder };
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => TumorBatch.Run(
            s_parameters, s_key, settings, p => { if (p.Done == 20) { cancel.Cancel(); } }, cancel.Token));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(2));
        Dictionary<string, DateTime> before = Directory.GetFiles(_folder).ToDictionary(f => f, File.GetLastWriteTimeUtc);

        var seen = new List<TumorBatchProgress>();
        TumorBatchResult result = TumorBatch.Run(s_parameters, s_key, settings, seen.Add);
        Assert.That(
            before.Select(f => File.GetLastWriteTimeUtc(f.Key)),
            Is.EqualTo(before.Values),
            "finished chunks were not written again"
        );
        Assert.That(seen.Select(p => p.Done), Is.EqualTo(new[] { 10, 20, 30, 40, 50 }));
        Assert.That(
            seen.Select(p => p.TimeLeft is null),
            Is.EqualTo(new[] { true, true, false, false, false }),
            "no estimate before the first simulation"
        );
        Assert.That(seen[^1].TimeLeft, Is.EqualTo(TimeSpan.Zero));
        AssertSame(result, TumorBatch.Run(s_parameters, s_key));
    }

    [Test]
    public void ADamagedFileIsSimulatedAgain()
    {
        var settings = new TumorBatchSettings { ChunkSize = 10, Folder = _folder };
        TumorBatchResult expected = TumorBatch.Run(s_parameters, s_key, settings);
        string[] files = [.. Directory.GetFiles(_folder).Order()];
        byte[] whole = File.ReadAllBytes(files[1]);
        byte[] flipped = [.. whole];
        flipped[1000] ^= 1;
        File.WriteAllBytes(files[1], flipped);
        File.WriteAllBytes(files[3], whole[..100]);

        AssertSame(TumorBatch.Run(s_parameters, s_key, settings), expected);
        Assert.That(File.ReadAllBytes(files[1]), Is.EqualTo(whole));
    }

    [Test]
    public void AFolderOfAnotherBatchIsRefused()
    {
        var settings = new TumorBatchSettings { ChunkSize = 10, Folder = _folder };
        TumorBatch.Run(s_parameters, s_key, settings);
        Assert.That(
            () => TumorBatch.Run(s_parameters, s_key.Child("other"), settings),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("holds simulations of another batch"));
        TumorParameters[] changed = [.. s_parameters];
        changed[12] = changed[12] with { DivisionRate = 0.04 };
        Assert.That(() => TumorBatch.Run(changed, s_key, settings), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void FailuresNameTheirParametersAndLoseNothingElse()
    {
        TumorParameters[] some = [.. s_parameters];
        some[3] = some[3] with { EcmDegradationRate = 0 };
        some[17] = TumorParameters.Default;
        var settings = new TumorBatchSettings { ChunkSize = 10, Folder = _folder, EventLimit = 30_000 };
        TumorBatchProgress last = default;
        TumorBatchResult result = TumorBatch.Run(some, s_key, settings, p => last = p);

        Assert.That(result.Failures.Select(f => f.Index), Is.EqualTo(new[] { 3, 17 }));
        Assert.That((last.Done, last.Failed), Is.EqualTo((50, 2)));
        Assert.That(
            result.Failures[0].ToString(),
            Does.StartWith("simulation 3: EcmDegradationRate: expected").And.Contains("division_depth=15")
        );
        Assert.That(result.Failures[1].Reason, Does.StartWith("more than 30000 events"));
        Assert.That(result.Growth(3).ToArray(), Is.All.NaN);
        Assert.That(Enumerable.Range(0, 50).Where(i => float.IsNaN(result.Ecm(i)[0])), Is.EqualTo(new[] { 3, 17 }));

        // Failures are not results: the next run tries them again, and only them.
        int tried = 0;
        TumorBatchResult again = TumorBatch.Run(some, s_key, settings with { EventLimit = 1_000_000 }, _ => tried++);
        Assert.That(again.Failures.Select(f => f.Index), Is.EqualTo(new[] { 3 }));
        Assert.That(again.Growth(17)[19], Is.GreaterThan(700));
        Assert.That(again.Growth(16).ToArray(), Is.EqualTo(result.Growth(16).ToArray()));
    }

    /// <summary>Simulations 20 to 49 by themselves, on disk too.</summary>
    [Test]
    public void APartOfALargerBatchHasItsRows()
    {
        TumorParameters[] all = [.. s_parameters];
        all[27] = all[27] with { EcmDegradationRate = 0 };
        TumorBatchResult whole = TumorBatch.Run(all, s_key);
        TumorBatchSettings settings = new() { ChunkSize = 7, Folder = _folder, First = 20 };
        TumorBatchResult part = TumorBatch.Run(all[20..], s_key, settings), read = TumorBatch.Run(all[20..], s_key, settings);

        Assert.That(whole.Failures.Select(f => f.Index), Is.EqualTo(new[] { 27 }));
        Assert.That(part.Failures, Is.EqualTo(whole.Failures));
        foreach (TumorBatchResult result in new[] { part, read })
        {
            for (int i = 0; i < result.Count; i++)
            {
                Assert.That(result.Growth(i).ToArray(), Is.EqualTo(whole.Growth(20 + i).ToArray()));
                Assert.That(result.Ecm(i).ToArray(), Is.EqualTo(whole.Ecm(20 + i).ToArray()));
            }
        }
    }

    [Test]
    public void AnEmptyBatchIsDone()
    {
        TumorBatchResult result = TumorBatch.Run([], s_key);
        Assert.That((result.Count, result.Failures.Count), Is.EqualTo((0, 0)));
        Assert.That(
            () => TumorBatch.Run([], s_key, new TumorBatchSettings { ChunkSize = 0, Workers = 0 }),
            Throws.ArgumentException.With.Message.EqualTo(
                "ChunkSize: expected at least 1, got 0." + Environment.NewLine + "Workers: expected at least 1, got 0."));
    }

    [Test]
    public void ThePriorIsUniformInTheExponents()
    {
        var task = new TumorSpheroidTask();
        using var random = new RandomSource(s_key);
        const int Draws = 20_000;
        using Tensor theta = task.SamplePrior(Draws, random);
        Assert.That(theta.shape, Is.EqualTo(new long[] { Draws, 7 }));
        Assert.That(task.ParameterNames, Has.Count.EqualTo(7));
        float[] values = theta.data<float>().ToArray();
        for (int d = 0; d < 7; d++)
        {
            double lower = TumorParameters.LogLower[d];
            double width = TumorParameters.LogUpper[d] - lower;
            double[] unit = [.. Enumerable.Range(0, Draws).Select(i => (values[i * 7 + d] - lower) / width)];
            Assert.That(unit, Is.All.InRange(-1e-6, 1 + 1e-6));

            // Standard errors of mean and variance of a uniform number over 20000 draws: 0.0020 and 0.00053; five of them.
            double mean = unit.Average();
            Assert.That(mean, Is.EqualTo(0.5).Within(0.0102));
            Assert.That(unit.Average(u => (u - mean) * (u - mean)), Is.EqualTo(1.0 / 12).Within(0.0027));
        }
    }

    [Test]
    public void TheTaskSimulatesRowsWithoutLeakingTensors()
    {
        var task = new TumorSpheroidTask();
        using var random = new RandomSource(s_key);
        using Tensor theta = tensor(new float[,] { { -3, 1, 0.5f, -1, -2, -2, -2 }, { -2, 1, 1, -1, -2, -2, -2 } });
        task.Simulate(theta, random).Dispose();
        long before = LiveTensors.Settled();
        random.Restart(s_key);
        using (Observation x = task.Simulate(theta, random))
        {
            Assert.That(
                x.Parts.ToDictionary(p => p.Key, p => string.Join('x', p.Value.shape)),
                Is.EquivalentTo(
                    new Dictionary<string, string>
                    {
                        ["growth"] = "2x20",
                        ["proliferation"] = "2x300",
                        ["ecm"] = "2x300",
                    }
                )
            );
            Assert.That(x.Parts.Values.All(t => t.dtype == ScalarType.Float32 && t.is_contiguous()), Is.True);
            random.Restart(s_key);
            using Observation same = task.Simulate(theta, random);
            using Observation other = task.Simulate(theta, random);
            Assert.That(same["growth"].data<float>().ToArray(), Is.EqualTo(x["growth"].data<float>().ToArray()));
            Assert.That(other["ecm"].data<float>().ToArray(), Is.Not.EqualTo(x["ecm"].data<float>().ToArray()));
        }

        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
        Assert.That(
            () => task.Simulate(theta.narrow(1, 0, 3), random),
            Throws.ArgumentException.With.Message.StartsWith("theta: expected [B, 7], got [2, 3].")
        );
    }

    [Test]
    public void AFailedRowIsNamedByTheTask()
    {
        using var random = new RandomSource(s_key);
        using Tensor theta = tensor(new float[,] { { -3, 1, 0.5f, -1, -2, 5, -2 } });
        Assert.That(
            () => new TumorSpheroidTask().Simulate(theta, random),
            Throws.InvalidOperationException.With.Message.StartsWith(
                "1 of 1 simulations failed: simulation 0: EcmDegradationRate: expected a rate in (0, 100]"
            )
        );
    }

    private static void AssertSame(TumorBatchResult a, TumorBatchResult b)
    {
        Assert.That((a.Count, a.Failures.Count), Is.EqualTo((b.Count, b.Failures.Count)));
        for (int i = 0; i < a.Count; i++)
        {
            Assert.That(a.Growth(i).ToArray(), Is.EqualTo(b.Growth(i).ToArray()));
            Assert.That(a.Proliferation(i).ToArray(), Is.EqualTo(b.Proliferation(i).ToArray()));
            Assert.That(a.Ecm(i).ToArray(), Is.EqualTo(b.Ecm(i).ToArray()));
        }
    }
}
