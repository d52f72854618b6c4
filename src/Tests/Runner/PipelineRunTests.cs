using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using Serilog;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The executor on jobs of a test's own: order, what a failure takes with it, what a second run tries again.</summary>
public sealed class PipelineRunTests
{
    private static readonly WorkerArguments s_worker = new("", "paper", "", 60);

    private TemporaryFolder _cache = null!;
    private List<string> _done = null!;

    [SetUp]
    public void SetUp()
    {
        _cache = new TemporaryFolder();
        _done = [];
    }

    [TearDown]
    public void TearDown() => _cache.Dispose();

    [Test]
    public void JobsRunBehindWhatTheyNeedWhateverTheirOrder()
    {
        StoredJob data = Job("data"), model = Job("model", data), floor = Job("score", "floor", data), score = Job("score", "score", model);

        // "score" stands first and has a job that could run early: a stage waits for all that its jobs need.
        Run(floor, score, model, data, data);

        Assert.That(_done, Is.EqualTo(new[] { "data", "model", "floor", "score" }));
        Run(floor, score, model, data);
        Assert.That(_done, Has.Count.EqualTo(4), "what is there is not done again");
    }

    [Test]
    public void WhatNeedsAFailedJobIsLeftOutAndTheNextRunTriesBoth()
    {
        StoredJob data = Job("data"), bad = Job("model", "bad", data), good = Job("model", "good", data);
        StoredJob lost = Job("score", "lost", bad), kept = Job("score", "kept", good);
        bad.Failure = new InvalidDataException("the loss became infinite");

        Run(data, bad, good, lost, kept);

        Assert.That(_done, Is.EqualTo(new[] { "data", "good", "kept" }));
        Assert.That(
            (bad.WhyMissing(), lost.WhyMissing(), kept.WhyMissing()),
            Is.EqualTo(("the loss became infinite", "the loss became infinite", (string?)null))
        );
        // Only the job itself has a file, and whoever reads it needs no run.
        Assert.That(new[] { bad, lost }.Select(j => j.Folder.Failure?.Reason), Is.EqualTo(new[] { "the loss became infinite", null }));

        bad.Failure = null;
        Run(data, bad, good, lost, kept);

        Assert.That(_done, Is.EqualTo(new[] { "data", "good", "kept", "bad", "lost" }));
        Assert.That((bad.WhyMissing(), bad.Folder.Failure), Is.EqualTo(((string?)null, (JobFailure?)null)));
    }

    [Test]
    public void WithoutWhatEverythingNeedsTheRunEnds()
    {
        StoredJob data = Job("data"), other = Job("other"), model = Job("model", data);
        data.EndsRun = true;
        data.Failure = new InsufficientMemoryException();

        Assert.That(
            () => Run(data, other, model),
            Throws.TypeOf<JobFailedException>().With.Message.Match("^data, data: out of memory.*; lower data.size.$")
        );
        Assert.That(_done, Is.Empty);
        Assert.That(model.WhyMissing(), Does.StartWith("data, data: out of memory"));
    }

    // cuDNN's convolutions have TF32 unless it is forbidden.
    [TestCase(Precision.Float32)]
    [TestCase(Precision.Tf32)]
    public void AJobHasThePrecisionThatItAsksFor(Precision precision)
    {
        StoredJob job = Job("train");
        job.Precision = precision;

        Run(job);

        bool rough = precision == Precision.Tf32;
        Assert.That(job.Found, Is.EqualTo((rough, rough)));
    }

    [Test]
    public void WhatIsNoFailureOfAJobGoesThrough()
    {
        StoredJob data = Job("data");
        data.Failure = new IOException("No space left on device");

        Assert.That(() => Run(data), Throws.TypeOf<IOException>());
        Assert.That((data.Folder.Failure, data.WhyMissing()), Is.EqualTo(((JobFailure?)null, "it was not run")));
    }

    /// <summary>An error of reading says nothing about a result of hours: it is neither computed again nor used.</summary>
    [Test]
    [Platform(Exclude = "Win", Reason = "symbolic links")]
    public void AResultThatCannotBeReadNowEndsTheRunAndStays()
    {
        StoredJob data = Job("data");
        Run(data);
        string seal = data.Folder.FileOf("stage.sha256");
        File.Delete(seal);
        File.CreateSymbolicLink(seal, seal);

        Assert.That(() => Run(data), Throws.InstanceOf<IOException>());
        Assert.That((_done.Count, data.Folder.IsComplete), Is.EqualTo((1, true)));
    }

    private StoredJob Job(string stage, params StoredJob[] needs) => Job(stage, stage, needs);

    private StoredJob Job(string stage, string name, params StoredJob[] needs) =>
        new(new StageFolder(_cache.Path, stage, name, new { Name = name }), needs, () => _done.Add(name));

    private static void Run(params StoredJob[] jobs)
    {
        using Serilog.Core.Logger log = new LoggerConfiguration().CreateLogger();
        new PipelineRun(new JobContext(CPU, 1, CancellationToken.None), new PlainDisplay(log), log, 1)
            .Run(jobs.Select(j => new PlannedJob(j, s_worker, j.Folder.Label)));
    }

    private sealed class StoredJob(StageFolder folder, StoredJob[] needs, Action done) : IJob
    {
        public Exception? Failure { get; set; }

        public bool EndsRun { get; set; }

        public Precision Precision { get; set; }

        public (bool Matrices, bool Convolutions)? Found { get; private set; }

        public StageFolder Folder => folder;

        public IReadOnlyList<IJob> Needs => needs;

        public double Weight => 1;

        public string MemorySettings => "data.size";

        public void Run(JobContext context, JobProgress progress)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Found = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
            done();
            folder.Commit(TimeSpan.Zero);
        }
    }
}
