using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>Drawing that is stopped goes on where it was, to the same bits, and without making anything twice.</summary>
public sealed class ResumableDrawingTests
{
    // Forty passes of one data set each.
    private const int DataSets = 40, Draws = 100, Steps = 3;

    private static readonly RandomKey s_key = RandomKey.FromSeed(47);

    [Test]
    public void AStoppedRunMakesTheRestLater([Values(1, 2)] int threads)
    {
        using TemporaryFolder folder = new();
        using IPosteriorEstimator estimator = Contenders.Create("cmpe", perturbed: true);
        using Observation x = Observations();
        double[] whole = Draw(estimator, x, threads);
        using CancellationTokenSource stop = new();
        Recorder first = new(share => Cancel(stop, share >= 0.3)), second = new();

        Assert.That(() => Run(folder, estimator, x, threads, first, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        FinishedDraws finished = Run(folder, estimator, x, threads, second, CancellationToken.None);

        using (finished.Theta)
        {
            Assert.Multiple(() =>
            {
                Assert.That(finished.Theta.Numbers(), Is.EqualTo(whole));
                Assert.That(first.Shares, Has.Count.InRange(12, 12 + threads), "nothing is begun after the stop");
                Assert.That(second.Resumed, Is.EqualTo(new[] { first.Shares.Max() }).Within(1e-12));
                Assert.That(second.Shares, Has.Count.EqualTo(DataSets - first.Shares.Count), "nothing is made twice");
                Assert.That(finished.Earlier, Is.GreaterThan(TimeSpan.Zero));
                Assert.That(finished.Spent, Is.GreaterThan(finished.Earlier));
            });
        }
    }

    [Test]
    public void AKilledRunLosesWhatWasNotYetWritten()
    {
        using TemporaryFolder folder = new();
        using IPosteriorEstimator estimator = Contenders.Create("fmpe", perturbed: true);
        using Observation x = Observations();
        double[] whole = Draw(estimator, x, threads: 1);

        // The file as it was when the run was killed in its twentieth pass: with an interval of zero it has the nineteen before.
        string file = FileIn(folder), kept = Path.Combine(folder.Path, "kept");
        Recorder first = new(share => Copy(share >= 0.5 && !File.Exists(kept), file, kept)), second = new();
        Run(folder, estimator, x, 1, first, CancellationToken.None, TimeSpan.Zero).Theta.Dispose();
        File.Copy(kept, file, overwrite: true);
        FinishedDraws finished = Run(folder, estimator, x, 1, second, CancellationToken.None);

        using (finished.Theta)
        {
            Assert.That(finished.Theta.Numbers(), Is.EqualTo(whole));
            Assert.That(second.Resumed, Is.EqualTo(new[] { 19.0 / DataSets }));
            Assert.That(second.Shares, Has.Count.EqualTo(DataSets - 19));
        }
    }

    [TestCase("damaged")]
    [TestCase("of other draws")]
    [TestCase("of another file")]
    public void AFileThatCannotBeUsedCostsTimeOnly(string what)
    {
        using TemporaryFolder folder = new();
        using IPosteriorEstimator estimator = Contenders.Create("fmpe", perturbed: true);
        using Observation x = Observations();
        Leave(what, FileIn(folder));
        Recorder progress = new();

        FinishedDraws finished = Run(folder, estimator, x, 1, progress, CancellationToken.None);

        using (finished.Theta)
        {
            Assert.That(finished.Theta.Numbers(), Is.EqualTo(Draw(estimator, x, threads: 1)));
            Assert.That((progress.Resumed.Count, progress.Shares.Count, finished.Earlier), Is.EqualTo((0, DataSets, TimeSpan.Zero)));
        }
    }

    /// <summary>A name that leads to itself, as with a passing error: what is drawn already is not drawn anew.</summary>
    [Test]
    [Platform(Exclude = "Win", Reason = "symbolic links")]
    public void AFileThatCannotBeReadNowIsNotBegunAnew()
    {
        using TemporaryFolder folder = new();
        using IPosteriorEstimator estimator = Contenders.Create("fmpe");
        using Observation x = Observations();
        File.CreateSymbolicLink(FileIn(folder), FileIn(folder));

        Assert.That(() => Run(folder, estimator, x, 1, new Recorder(), CancellationToken.None), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void DrawsOfOtherObservationsAreRefused()
    {
        using IPosteriorEstimator estimator = Contenders.Create("fmpe");
        using Observation x = Observations();
        using UnfinishedDraws other = new(DataSets + 1, Draws, 2);
        Assert.That(
            () => PosteriorSampler.Continue(other, estimator, x, Steps, s_key),
            Throws.ArgumentException.With.Message.StartsWith(
                $"unfinished: expected draws [{DataSets}, S, 2], got [{DataSets + 1}, {Draws}, 2]"
            )
        );
    }

    private static void Leave(string what, string file)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor draws = zeros([DataSets, what == "of other draws" ? Draws + 1 : Draws, 2]), all = ones([DataSets], dtype: ScalarType.Bool);
        Dictionary<string, Tensor> arrays = new() { ["draws"] = draws, ["finished"] = all, ["seconds"] = tensor(1.0) };
        if (what == "of another file")
        {
            arrays.Remove("finished");
        }

        Npz.Write(file, arrays);
        if (what == "damaged")
        {
            using FileStream stream = File.OpenWrite(file);
            stream.SetLength(stream.Length / 2);
        }
    }

    private static FinishedDraws Run(
        TemporaryFolder folder,
        IPosteriorEstimator estimator,
        Observation x,
        int threads,
        Recorder progress,
        CancellationToken cancel,
        TimeSpan? interval = null
    )
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml")).Load();
        experiment = experiment with { Sampling = experiment.Sampling with { Threads = threads } };
        JobContext context = JobContext.Of(experiment, CPU, cancel) with { CheckpointInterval = interval ?? TimeSpan.FromHours(1) };
        return new ResumableDrawing(context, context.Sampling(Draws, experiment.Contenders["fmpe"]), FileIn(folder)).Run(
            estimator,
            x,
            Draws,
            Steps,
            s_key,
            progress.Progress
        );
    }

    private static double[] Draw(IPosteriorEstimator estimator, Observation x, int threads)
    {
        using Tensor draws = PosteriorSampler.Sample(
            estimator, x, Draws, Steps, s_key, new SamplingSettings { RowsPerPass = Draws, Threads = threads });
        return draws.Numbers();
    }

    private static Observation Observations()
    {
        using RandomSource random = new(s_key.Child("x"));
        return new Observation(random.Normal([DataSets, 2]));
    }

    private static string FileIn(TemporaryFolder folder) => Path.Combine(folder.Path, "unfinished.npz");

    private static void Cancel(CancellationTokenSource stop, bool now)
    {
        if (now)
        {
            stop.Cancel();
        }
    }

    private static void Copy(bool now, string from, string to)
    {
        if (now)
        {
            File.Copy(from, to);
        }
    }

    private sealed class Recorder
    {
        public Recorder(Action<double>? also = null) => Progress = new JobProgress(
            (share, _) =>
            {
                lock (Shares)
                {
                    Shares.Add(share);
                    also?.Invoke(share);
                }
            },
            Resumed.Add);

        public JobProgress Progress { get; }

        public List<double> Shares { get; } = [];

        public List<double> Resumed { get; } = [];
    }
}
