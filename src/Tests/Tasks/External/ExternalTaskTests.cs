using System.Diagnostics;
using NUnit.Framework;
using NUnit.Framework.Constraints;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using Reproduce.Tasks.External;
using Reproduce.Tests.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.External;

/// <summary>Simulators in Python: what they answer, and what becomes of those that crash, hang, print or refuse.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class ExternalTaskTests
{
    private const string Noisy = """
        from reproduce_worker import serve

        def simulate(theta, rng):
            return {"sum": theta.sum() + 0 * rng.normal(), "noise": rng.normal(size=(2, 3))}

        serve(simulate)
        """;

    private static readonly RandomKey s_key = RandomKey.FromSeed(8);

    private string _python = "";
    private TemporaryFolder _folder = null!;
    private DisposeScope _scope = null!;

    [SetUp]
    public void SetUp()
    {
        _python = Python.OrIgnore();
        _folder = new TemporaryFolder();
        string helper = Path.Combine(Repository.Root, "experiments", "examples", "reproduce_worker.py");
        File.Copy(helper, Path.Combine(_folder.Path, "reproduce_worker.py"));
        _scope = NewDisposeScope();
    }

    [TearDown]
    public void TearDown()
    {
        _scope?.Dispose();
        _folder?.Dispose();
    }

    [Test]
    public void AnObservationHasTheSimulatorsNamesAndShapes()
    {
        using ExternalTask task = Task(Noisy);
        Tensor theta = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]);

        SimulationBatch batch = task.SimulateBatch(theta, s_key, Request());

        Assert.Multiple(() =>
        {
            Assert.That(batch.Failures, Is.Empty);
            Assert.That(batch.X.Parts.Keys, Is.EqualTo(new[] { "noise", "sum" }));
            Assert.That(batch.X["noise"].shape, Is.EqualTo(new long[] { 3, 2, 3 }));
            // Two that are inferred and a fixed one of 100.
            Assert.That(batch.X["sum"].data<float>().ToArray(), Is.EqualTo(new float[] { 103, 107, 111 }));
        });
    }

    /// <summary>Chunks of 4: 22 simulations on one and on three workers; and the first 12 are those of a smaller batch.</summary>
    [Test]
    public void TheSameSeedGivesTheSameSimulationsWhateverTheNumberOfWorkers()
    {
        using ExternalTask task = Task(Noisy);
        Tensor theta = ones(22, 2);

        float[] one = Noise(task.SimulateBatch(theta, s_key, Request(workers: 1)));
        float[] three = Noise(task.SimulateBatch(theta, s_key, Request(workers: 3)));
        float[] fewer = Noise(task.SimulateBatch(theta.narrow(0, 0, 12), s_key, Request(workers: 2)));
        float[] other = Noise(task.SimulateBatch(theta, s_key.Child("other"), Request(workers: 1)));

        Assert.Multiple(() =>
        {
            Assert.That(three, Is.EqualTo(one));
            Assert.That(fewer, Is.EqualTo(one[..fewer.Length]));
            Assert.That(other, Is.Not.EqualTo(one));
            Assert.That(one.Distinct().Count(), Is.EqualTo(one.Length), "chunks have seeds of their own");
            Assert.That(task.Started, Is.EqualTo(3), "workers are kept");
        });
    }

    [TestCase("import os; os._exit(7)", "the simulator ended (exit code 7): last words", 1)]
    [TestCase("raise ValueError('too small')", "ValueError: too small", 0)]
    [TestCase("import time; time.sleep(60)", "no answer within 1.5 s (timeout_seconds)", 1)]
    [TestCase("return {'sum': float('nan'), 'noise': rng.normal(size=(2, 3))}", "NaN or infinity in 'sum'", 0)]
    [TestCase("return {'sum': 1.0, 'noise': rng.normal(size=(3, 3))}", "expected arrays of the same shapes", 2)]
    public void OneSimulationThatFailsIsNamedAndCostsNoOther(string failure, string reason, int notes)
    {
        string script = Noisy.Replace(
            "    return",
            $"""
                if theta[0] == 5:
                    import sys; print("last words", file=sys.stderr, flush=True)
                    {failure}
                return
            """.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        using ExternalTask task = Task(script, timeout: 1.5);
        float[] values = [.. Enumerable.Range(0, 20).Select(i => (float)i)];
        List<string> told = [];

        SimulationBatch batch = task.SimulateBatch(tensor(values, [10, 2]) + 1, s_key, Request(workers: 2) with { Note = told.Add });

        float[] sums = batch.X["sum"].data<float>().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(batch.Failures.Select(f => f.Row), Is.EqualTo(new long[] { 2 }));
            Assert.That(batch.Failures[0].Reason, Does.StartWith("a = 5, known = 100, b = 6: ").And.Contains(reason));
            Assert.That(sums[2], Is.NaN);
            Assert.That(sums.Where((_, i) => i != 2), Is.EqualTo(Enumerable.Range(0, 10).Where(i => i != 2).Select(i => 4f * i + 103)));
            Assert.That(told, Has.Count.EqualTo(notes), string.Join(" / ", told));
        });
    }

    /// <summary>
    /// Three in ten simulations raise, replacements too: the pool is whole, and the same on one and on three workers, where requests have
    /// one simulation and where they have four.
    /// </summary>
    /// <param name="chunk">Simulations of a request.</param>
    [TestCase(1)]
    [TestCase(4)]
    public void SimulationsThatFailOftenAreReplacedManyAtOnce(int chunk)
    {
        string script = Noisy.Replace(
            "    return", "    if theta[0] < 0.3: raise ValueError('too small')\n    return", StringComparison.Ordinal);
        ExternalSettings settings = Settings(script) with { Chunk = chunk };

        (float[] theta, float[] noise) = Pool(settings with { Workers = 1 }, 60);
        (float[] thetaOfThree, float[] noiseOfThree) = Pool(settings with { Workers = 3 }, 60);
        (float[] fewer, _) = Pool(settings with { Workers = 2 }, 24);

        Assert.Multiple(() =>
        {
            Assert.That(theta.Where((_, i) => i % 2 == 0), Is.All.GreaterThanOrEqualTo(0.3f));
            Assert.That(noise, Is.All.Not.NaN);
            Assert.That(noise.Distinct().Count(), Is.EqualTo(noise.Length));
            Assert.That(thetaOfThree, Is.EqualTo(theta));
            Assert.That(noiseOfThree, Is.EqualTo(noise));
            Assert.That(fewer, Is.EqualTo(theta[..fewer.Length]));
        });
    }

    /// <summary>Members 1 .. n in a set of n, of which five have room; a set of six costs its own simulation alone.</summary>
    /// <param name="batched">Whether the simulator gives a list for all simulations.</param>
    [TestCase(false)]
    [TestCase(true)]
    public void SetsOfVaryingSizeComeWithTheirLengths(bool batched)
    {
        string script = """
            import numpy as np
            from reproduce_worker import serve

            def members(theta):
                n = int(theta[0])
                return np.stack([np.arange(1, n + 1), theta[2] * np.ones(n)], 1)

            """ + (batched
                ? "serve(lambda theta, rng: {'y': [members(row) for row in theta], 'z': theta[:, 0]}, batched=True)\n"
                : "serve(lambda theta, rng: {'y': members(theta), 'z': theta[0]})\n");
        using ExternalTask task = new(Settings(script) with { Sets = [new SetSettings { Name = "y", Max = 5 }] });
        Tensor theta = tensor(new float[] { 2, 10, 0, 20, 6, 30, 5, 40 }, [4, 2]);

        SimulationBatch batch = task.SimulateBatch(theta, s_key, Request());

        Assert.Multiple(() =>
        {
            Assert.That(batch.Failures.Select(f => f.Row), Is.EqualTo(new long[] { 2 }));
            Assert.That(batch.Failures[0].Reason, Does.Contain("y has 6 members, more than 5"));
            Assert.That(batch.X.Parts.Keys, Is.EqualTo(new[] { "y", "y_length", "z" }));
            Assert.That(batch.X["y"].shape, Is.EqualTo(new long[] { 4, 5, 2 }));
            Assert.That(Row(batch, "y_length", 0).Concat(Row(batch, "y_length", 1)), Is.EqualTo(new float[] { 2, 0 }));
            Assert.That(Row(batch, "y", 0), Is.EqualTo(new float[] { 1, 10, 2, 10, 0, 0, 0, 0, 0, 0 }));
            Assert.That(Row(batch, "y", 1), Is.EqualTo(new float[10]));
            Assert.That(Row(batch, "y", 3), Is.EqualTo(new float[] { 1, 40, 2, 40, 3, 40, 4, 40, 5, 40 }));
        });
    }

    [TestCase("{'y': np.full((len(theta), 5, 2), np.nan)}", "expected the arrays 'y' and 'y_length'")]
    [TestCase("{'y': np.zeros((len(theta), 4, 2)), 'y_length': theta[:, 0]}", "with room for 5 members as the settings say, got 4")]
    [TestCase("{'y': np.zeros((len(theta), 5, 2)), 'y_length': theta[:, 0] + 5}", "'y_length' is no whole number from 0 to 5")]
    public void ASetThatCannotBeIsRefused(string answer, string reason)
    {
        // A program without the helper's padding: an empty list of sets.
        string script = "import numpy as np, reproduce_worker\nreproduce_worker.with_sets = lambda arrays, sets: arrays\n"
            + $"reproduce_worker.serve(lambda theta, rng: {answer}, batched=True)\n";
        using ExternalTask task = new(Settings(script) with { Sets = [new SetSettings { Name = "y", Max = 5 }] });

        Assert.That(() => task.SimulateBatch(ones(40, 2), s_key, Request(workers: 1)), Broken(reason));
    }

    /// <summary>What is behind the members may be anything, NaN too.</summary>
    [Test]
    public void PaddingIsNoFailure()
    {
        string script = "import numpy as np\nfrom reproduce_worker import serve\n"
            + "serve(lambda theta, rng: {'y': np.full((len(theta), 5), np.nan), 'y_length': 0 * theta[:, 0]}, batched=True)\n";
        using ExternalTask task = new(Settings(script) with { Sets = [new SetSettings { Name = "y", Max = 5 }] });

        SimulationBatch batch = task.SimulateBatch(ones(4, 2), s_key, Request());

        Assert.That(batch.Failures, Is.Empty);
        Assert.That(batch.X["y"].shape, Is.EqualTo(new long[] { 4, 5, 1 }));
        Assert.That(Row(batch, "y", 0), Is.EqualTo(new float[5]));
    }

    [Test]
    public void TheHelperForRKnowsSetsAndMatrices()
    {
        const string Script = """
            source("reproduce_worker.R")
            serve(function(theta) list(y = matrix(seq_len(2 * theta["a"]), ncol = 2), m = matrix(1:6, 2), v = 1:3))
            """;
        string helper = Path.Combine(Repository.Root, "experiments", "examples", "reproduce_worker.R");
        File.Copy(helper, Path.Combine(_folder.Path, "reproduce_worker.R"));
        using ExternalTask task = new(Settings(Script) with
        {
            Command = [Rscript.OrIgnore(), "--vanilla", "simulator.R"],
            Sets = [new SetSettings { Name = "y", Max = 3 }],
        });
        _folder.File("simulator.R", Script);

        SimulationBatch batch = task.SimulateBatch(tensor(new float[] { 2, 0, 0, 0, 3, 0 }, [3, 2]), s_key, Request(workers: 1));

        Assert.Multiple(() =>
        {
            Assert.That(batch.Failures, Is.Empty);
            Assert.That(Row(batch, "y", 0), Is.EqualTo(new float[] { 1, 3, 2, 4, 0, 0 }));
            Assert.That(Row(batch, "y", 1), Is.EqualTo(new float[6]));
            Assert.That(Row(batch, "y", 2), Is.EqualTo(new float[] { 1, 4, 2, 5, 3, 6 }));
            Assert.That(batch.X["y_length"].data<float>().ToArray(), Is.EqualTo(new float[] { 2, 0, 3 }));
            Assert.That(batch.X["m"].shape, Is.EqualTo(new long[] { 3, 2, 3 }));
            Assert.That(Row(batch, "m", 1), Is.EqualTo(new float[] { 1, 3, 5, 2, 4, 6 }));
            Assert.That(Row(batch, "v", 1), Is.EqualTo(new float[] { 1, 2, 3 }));
        });
    }

    [Test]
    public void WhatASimulatorPrintsIsNoAnswer()
    {
        // Against the helper's will: file descriptor 1 before the helper takes it.
        string script = "import os\nreal = os.dup(1)\nos.write(real, b'Welcome to the library!\\n{not json}\\n')\n"
            + Noisy.Replace("    return", "    print('chatter'); os.write(real, b'{\"id\": 77}\\n')\n    return", StringComparison.Ordinal);
        using ExternalTask task = Task(script);
        List<string> told = [];

        SimulationBatch batch = task.SimulateBatch(ones(8, 2), s_key, Request(workers: 1) with { Note = told.Add });

        Assert.That(batch.Failures, Is.Empty);
        Assert.That(told.Single(), Does.Contain("wrote 8 lines").And.Contains("no answers"));
    }

    [TestCase("raise ValueError('broken')", "ValueError: broken")]
    [TestCase("import os; os._exit(1)", "the simulator ended (exit code 1)")]
    public void ASimulatorThatNeverWorksEndsTheRun(string failure, string reason)
    {
        using ExternalTask task = Task(Noisy.Replace("    return", $"    {failure}\n    return", StringComparison.Ordinal));

        Assert.That(
            () => task.SimulateBatch(ones(40, 2), s_key, Request()),
            Broken("failed for the first 10 parameters").And.Message.Contains(reason));
    }

    [Test]
    public void AProgramThatDoesNotStartIsNamedWithItsWords()
    {
        using ExternalTask wrong = Task("import nothing_of_this_name\n");
        using ExternalTask silent = Task("import sys\nfor line in sys.stdin: pass\n", start: 0.5);
        using ExternalTask none = new(Settings("") with { Command = ["no-such-program"] });

        Assert.Multiple(() =>
        {
            Assert.That(Run(wrong), Broken("does not start: the simulator ended").And.Message.Contains("nothing_of_this_name"));
            Assert.That(Run(silent), Broken("no answer within 0.5 s (start_seconds)"));
            Assert.That(Run(none), Broken("'no-such-program' cannot be started"));
        });

        static Action Run(ExternalTask task) => () => task.SimulateBatch(ones(1, 2), s_key, Request());
    }

    /// <summary>A batch that was stopped: what is on disk is not simulated again, unless it is damaged or of other parameters.</summary>
    [Test]
    public void FinishedChunksAreKept()
    {
        string script = Noisy.Replace("    return", "    open('log', 'a').write('x')\n    return", StringComparison.Ordinal);
        using ExternalTask task = Task(script);
        string kept = Path.Combine(_folder.Path, "kept"), log = Path.Combine(_folder.Path, "log");
        float[] first = Noise(task.SimulateBatch(ones(12, 2), s_key, Request() with { Folder = kept }));
        string[] chunks = [.. Directory.GetFiles(kept, "chunk-*.npz").Order()];
        File.Delete(chunks[0]);
        File.WriteAllText(chunks[1], "damaged");
        File.Delete(log);

        float[] again = Noise(task.SimulateBatch(ones(12, 2), s_key, Request() with { Folder = kept }));
        long simulated = new FileInfo(log).Length;
        task.SimulateBatch(zeros(12, 2), s_key, Request() with { Folder = kept });

        Assert.Multiple(() =>
        {
            Assert.That(chunks, Has.Length.EqualTo(3));
            Assert.That(again, Is.EqualTo(first));
            Assert.That(simulated, Is.EqualTo(8));
            Assert.That(new FileInfo(log).Length, Is.EqualTo(20), "other parameters");
        });
    }

    [Test]
    public void ACancelledBatchStopsAtOnce()
    {
        string script = Noisy.Replace("    return", "    import time; time.sleep(30)\n    return", StringComparison.Ordinal);
        using ExternalTask task = Task(script);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(1));
        Stopwatch clock = Stopwatch.StartNew();

        Assert.That(
            () => task.SimulateBatch(ones(8, 2), s_key, Request(cancel: stop.Token)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    /// <summary>x = theta + noise with theta ~ N(0, 1): the posterior is N(x / 2, 1 / 2), which the simulator draws itself.</summary>
    [Test]
    public void ASimulatorMayDrawItsParametersAndTheExactPosterior()
    {
        const string Script = """
            from reproduce_worker import serve
            serve(lambda theta, rng: theta + rng.normal(size=1),
                  prior=lambda count, rng: rng.normal(size=(count, 1)),
                  reference=lambda x, count, rng: x["x"][0] / 2 + rng.normal(size=(count, 1)) / 2 ** 0.5)
            """;
        using ExternalTask task = new(Settings(Script) with
        {
            Parameters = [new ParameterSettings { Name = "theta" }],
            Offers = [ExternalOffer.Prior, ExternalOffer.Reference],
        });
        using RandomSource random = new(s_key);
        Tensor theta = task.SamplePrior(400, random), other = task.SamplePrior(400, random);
        Tensor draws = task.Description.Reference!.Sample(new Observation(tensor(new float[] { 4, -2 }, [2, 1])), 400, s_key);

        Assert.Multiple(() =>
        {
            Assert.That(theta.shape, Is.EqualTo(new long[] { 400, 1 }));
            // Five standard errors of 400 draws.
            Assert.That(theta.std().item<float>(), Is.EqualTo(1).Within(0.18));
            Assert.That(theta.eq(other).any().item<bool>(), Is.False);
            Assert.That(draws.shape, Is.EqualTo(new long[] { 2, 400, 1 }));
            Assert.That(draws.mean([1L]).data<float>().ToArray(), Is.EqualTo(new float[] { 2, -1 }).Within(0.18));
        });
    }

    /// <summary>
    /// What a simulation costs beside its own time, in batches of 1000 on one worker: printed, and below 50 us. It was 7.3 us where the
    /// load of two cores was 14; of five goes the fastest counts.
    /// </summary>
    [Test]
    public void TheProtocolCostsLittle()
    {
        const string Script = """
            from reproduce_worker import serve
            serve(lambda theta, rng: theta, batched=True)
            """;
        using ExternalTask task = new(Settings(Script) with { Chunk = 1000 });
        task.SimulateBatch(ones(1000, 2), s_key, Request(workers: 1));
        double best = double.PositiveInfinity;
        for (int i = 0; i < 5; i++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            task.SimulateBatch(ones(10_000, 2), s_key, Request(workers: 1));
            best = Math.Min(best, clock.Elapsed.TotalMicroseconds / 10_000);
        }

        TestContext.Out.WriteLine($"{best:0.0} us for a simulation in batches of 1000");
        Assert.That(best, Is.LessThan(50));
    }

    private (float[] Theta, float[] Noise) Pool(ExternalSettings settings, int count)
    {
        using ExternalTask task = new(settings);
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml")).Load();
        JobContext context = JobContext.Of(experiment, CPU, CancellationToken.None);
        string kept = Path.Combine(_folder.Path, Guid.NewGuid().ToString("N"));
        (Simulations pool, _) = BatchSimulation.Run(task, 0, count, s_key, kept, context, new Progress<double>());
        using (pool)
        {
            return (pool.Theta.data<float>().ToArray(), pool.X["noise"].data<float>().ToArray());
        }
    }

    private static ContainsConstraint Broken(string reason) =>
        Throws.TypeOf<ExternalSimulatorException>().With.Message.Contains(reason);

    private static float[] Row(SimulationBatch batch, string name, int row) => batch.X[name][row].contiguous().data<float>().ToArray();

    private static float[] Noise(SimulationBatch batch) => batch.X["noise"].data<float>().ToArray();

    private static BatchRequest Request(int workers = 2, CancellationToken cancel = default) => new(null, workers, null, cancel);

    private ExternalTask Task(string script, double timeout = 60, double start = 120) =>
        new(Settings(script) with { TimeoutSeconds = timeout, StartSeconds = start });

    private ExternalSettings Settings(string script)
    {
        string name = $"simulator-{Guid.NewGuid():N}.py";
        _folder.File(name, script);
        return new ExternalSettings
        {
            Command = [_python, name],
            Folder = _folder.Path,
            Chunk = 4,
            Parameters =
            [
                new ParameterSettings { Name = "a", Prior = new UniformPrior { Low = 0, High = 1 } },
                new ParameterSettings { Name = "known", Prior = new FixedPrior { Value = 100 } },
                new ParameterSettings { Name = "b", Prior = new UniformPrior { Low = 0, High = 1 } },
            ],
        };
    }
}
