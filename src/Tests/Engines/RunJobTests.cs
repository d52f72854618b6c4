using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Faults;
using Reproduce.Tests.Runner;
using TinyRun = Reproduce.Tests.Faults.TinyRun;

namespace Reproduce.Tests.Engines;

/// <summary>Single jobs as a batch system starts them: without standard input, with exit codes, and with signals that come again.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
[Platform(Exclude = "Win", Reason = "POSIX signals")]
public sealed class RunJobTests
{
    [Test]
    public void JobsWithoutStandardInputGiveTheRunsNumbers()
    {
        using TinyRun run = new();
        RunPlan plan = Plan(run);

        (int exitCode, string output) = RunJobs(run, [.. plan.Jobs]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output);
        Assert.That(run.Weights(), Is.EqualTo(TinyRun.Baseline.Weights()));
        Assert.That(plan.Jobs.All(j => j.Folder.IsComplete && j.Folder.FindCorruption() is null));
    }

    [Test]
    public void AContenderMayTakeAnothersTraining()
    {
        using TinyRun run = new(
            TinyRun.Cmpe,
            TinyRun.Cmpe.Replace("  cmpe:", "  again:\n    stream: cmpe", StringComparison.Ordinal)
                .Replace("[1, 3]", "[2]", StringComparison.Ordinal));
        RunPlan plan = Plan(run);
        IJob[] jobs = [.. plan.Jobs.DistinctBy(j => j.Folder.Hash)];
        Assert.That(plan.Jobs, Has.Count.EqualTo(jobs.Length + 1));

        (int exitCode, string output) = RunJobs(run, jobs);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output);
        Assert.That(plan.Jobs.All(j => j.Folder.IsComplete));
    }

    [Test]
    public void AFailureIsAFileAndWhatNeedsItIsLeftOut()
    {
        using TinyRun run = new(TinyRun.Diverging);
        RunPlan plan = Plan(run);

        (int exitCode, string output) = RunJobs(run, [.. plan.Simulations, plan.TestSet, .. plan.Trainings, .. plan.Samples]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Incomplete), output);
        Assert.That(plan.TestSet.Folder.IsComplete, "what does not need it is done");
        Assert.That((plan.Trainings[0].Folder.Failure is not null, plan.Samples[0].Folder.Failure is null), Is.EqualTo((true, true)));
        Assert.That(output, Does.Contain("left out, for what it needs is missing"));
    }

    [Test]
    public void SignalsWhileItSavesDoNotEndIt()
    {
        using TinyRun run = new(TinyRun.Cmpe.Replace("epochs: 100,", "epochs: 1000,", StringComparison.Ordinal)), whole = new(
            TinyRun.Cmpe.Replace("epochs: 100,", "epochs: 1000,", StringComparison.Ordinal));
        whole.Go();
        RunPlan plan = Plan(run);
        TrainJob training = plan.Trainings[0];
        RunJobs(run, [plan.Simulations[0]]);
        using (RunningProcess running = new(Start(run, training.Folder.Hash)))
        {
            Assert.That(SpinWait.SpinUntil(() => training.Folder.IsBegun, TimeSpan.FromSeconds(120)), "it begins");
            Assert.That(running.Process.HasExited, Is.False, "it trains");
            for (int i = 0; i < 20 && !running.Process.HasExited; i++)
            {
                Process.Start("kill", ["-TERM", running.Process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            }

            running.Process.WaitForExit();
            Assert.That(running.Process.ExitCode, Is.EqualTo(ExitCodes.Terminated));
        }

        string[] left = Directory.GetFiles(Path.Combine(run.Cache, "train"), "*", SearchOption.AllDirectories);
        Assert.That(left.Select(Path.GetFileName), Is.EqualTo(new[] { "checkpoint.npz" }));
        Assert.That(RunJobs(run, [training]).Output, Does.Contain("goes on from"));
        Assert.That(run.Weights(), Is.EqualTo(whole.Weights()));
    }

    [Test]
    public void AJobThatIsNoneIsRefused()
    {
        using TinyRun run = new();

        (int exitCode, string output) = RunJobs(run, "0123456789abcdef");

        Assert.That((exitCode, output), Is.EqualTo((ExitCodes.BadConfiguration, output)));
        Assert.That(output, Does.Contain("has no such job"));
    }

    private static RunPlan Plan(TinyRun run)
    {
        (_, Reproduce.Runner.Configuration.Experiment experiment) =
            Repository.Request(Path.Combine(run.Path, "experiments", "tiny.yaml")).Load();
        return new RunPlan(experiment, "paper", run.Cache, "CPU");
    }

    private static (int ExitCode, string Output) RunJobs(TinyRun run, IReadOnlyList<IJob> jobs) =>
        RunJobs(run, [.. jobs.Select(j => j.Folder.Hash)]);

    private static (int ExitCode, string Output) RunJobs(TinyRun run, params string[] hashes)
    {
        using Process process = Start(run, hashes);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static Process Start(TinyRun run, params string[] hashes)
    {
        Process process = Repository.Start(
            run.Path, [WorkerArguments.Verb, "experiments/tiny.yaml", .. hashes, "--cache", run.Cache, "--checkpoint-seconds", "3600"]);
        process.StandardInput.Close();
        return process;
    }
}
