using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>
/// What is a machine's own: its threads are in no hash, as they decide no number, and its processor is told where times are compared.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class MachineTests : TinyRun
{
    [Test]
    public void SimulationsDrawsAndScoresHaveTheSameBitsWithOneTwoAndFourThreads()
    {
        BeginAfterTheRun();
        (_, Experiment experiment) = Repository.Request(TinyFile).Load();
        RunPlan plan = new(experiment, "paper", Path.Combine(Folder.Path, "results", "cache"), "CPU");
        IJob[] jobs = [.. plan.Jobs.Where(j => !j.HasOwnProcess)];
        Dictionary<string, string> run = Digests(jobs);
        try
        {
            foreach (int threads in new[] { 1, 2, 4 })
            {
                foreach (IJob job in jobs)
                {
                    job.Folder.Discard();
                    Assert.That(JobAttempt.Run(job, new JobContext(CPU, threads, CancellationToken.None), JobProgress.None), Is.Null);
                }

                Assert.That(Digests(jobs), Is.EqualTo(run), $"{threads} threads");
            }
        }
        finally
        {
            set_num_threads(1);
        }
    }

    [Test]
    public void AReportWithTimesOfTwoMachinesSaysSo()
    {
        BeginAfterTheRun();
        Assert.That(File.ReadAllText(Path.Combine(Results, "report.md")), Does.Not.Contain("not to be compared"));
        string samples = Path.Combine(Folder.Path, "results", "cache", "sample");
        string record = Directory.EnumerateFiles(samples, "stage.json", SearchOption.AllDirectories).First();
        JsonNode made = JsonNode.Parse(File.ReadAllText(record))!;
        made["Origin"]!["Processor"] = "Another 9000";
        File.WriteAllText(record, made.ToJsonString());
        File.Delete(Path.Combine(Path.GetDirectoryName(record)!, "stage.sha256"));

        (int exitCode, string output, string errors) = Run();

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(
            File.ReadAllText(Path.Combine(Results, "report.md")),
            Does.Match(@"Times of drawing.*not to be compared with one another.*Another 9000"));
    }

    [Test]
    public void AReportWithTimesOfNodesThatOthersMayHaveUsedSaysSo()
    {
        BeginAfterTheRun();
        string samples = Path.Combine(Folder.Path, "results", "cache", "sample");
        foreach (string record in Directory.EnumerateFiles(samples, "stage.json", SearchOption.AllDirectories))
        {
            JsonNode made = JsonNode.Parse(File.ReadAllText(record))!;
            Assert.That(made["Origin"]!["IsShared"], Is.Null);
            made["Origin"]!["IsShared"] = true;
            File.WriteAllText(record, made.ToJsonString());
            File.Delete(Path.Combine(Path.GetDirectoryName(record)!, "stage.sha256"));
        }

        (int exitCode, string output, string errors) = Run();

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(
            File.ReadAllText(Path.Combine(Results, "report.md")),
            Does.Match(@"Times of drawing.*rough: they are from nodes of a cluster on which others may have worked"));
    }

    // Of everything but what tells of time and place.
    private static Dictionary<string, string> Digests(IEnumerable<IJob> jobs) => jobs
        .SelectMany(j => Directory.EnumerateFiles(j.Folder.Path))
        .Where(f => Path.GetFileName(f) is not (StageFiles.Timing or "stage.json" or "stage.sha256"))
        .ToDictionary(f => f, f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));
}
