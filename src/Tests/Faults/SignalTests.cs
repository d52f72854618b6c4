using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner;
using Reproduce.Tests.Runner;
using static TorchSharp.torch;

namespace Reproduce.Tests.Faults;

/// <summary>
/// Ctrl-C, SIGTERM and the closing of the terminal: a checkpoint within seconds, how to go on, the exit code of the signal.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
[Platform(Exclude = "Win", Reason = "POSIX signals")]
public sealed class SignalTests
{
    [TestCase("INT", ExitCodes.Interrupted)]
    [TestCase("TERM", ExitCodes.Terminated)]
    [TestCase("HUP", ExitCodes.Terminated)]
    public void ASignalLeavesACheckpoint(string signal, int expected) => FaultLog.Try(1, $"SIG{signal} during the trainings", () =>
        {
            AssumeHeard(signal);
            int cases = FaultLog.Cases(1, 3);
            double slowest = 0;
            for (int i = 0; i < cases; i++)
            {
                using TinyRun run = new(TinyRun.Cmpe.Replace("epochs: 100,", "epochs: 1000000,", StringComparison.Ordinal));
                using RunningProcess running = new(run.Start(checkpointSeconds: "3600"));
                Process process = running.Process;
                Task<string> output = process.StandardOutput.ReadToEndAsync();
                string train = Path.Combine(run.Cache, "train");
                Assert.That(
                    SpinWait.SpinUntil(
                        () => Directory.Exists(train) && Directory.EnumerateDirectories(train).Any(),
                        TimeSpan.FromSeconds(300)
                    )
                );
                Thread.Sleep(3000 + 500 * i); // Some steps, and no checkpoint for an hour.
                Assert.That(Checkpoints(), Is.Empty);
                Stopwatch clock = Stopwatch.StartNew();
                Send(signal, process);
                Assert.That(process.WaitForExit(TimeSpan.FromSeconds(120)), Is.True, "ends soon, hours before the training would");
                slowest = Math.Max(slowest, clock.Elapsed.TotalSeconds);
                Assert.That(process.ExitCode, Is.EqualTo(expected), output.Result);
                Assert.That(output.Result, Does.Contain("The same command goes on from here."));
                Assert.That(Checkpoints(), Has.Length.EqualTo(1));

                string[] Checkpoints() => Directory.GetFiles(train, "checkpoint.npz", SearchOption.AllDirectories);
            }

            return (
                cases,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"exit code {expected} and a checkpoint after at most {slowest:0.0} s; the last line says how to go on"
                )
            );
        });

    /// <summary>Behind the jobs, too: an inference that is stopped is no mistake of the program.</summary>
    [TestCase("INT", ExitCodes.Interrupted)]
    [TestCase("TERM", ExitCodes.Terminated)]
    public void ASignalEndsAnInference(string signal, int expected)
    {
        AssumeHeard(signal);
        using TinyRun run = new(TinyRun.Cmpe);
        run.Go();
        string observation = Path.Combine(run.Path, "x.npz"), log = Path.Combine(run.Results, "logs", "infer.jsonl");
        using (Tensor x = zeros(1, 4, 2))
        {
            Npz.Write(observation, new Dictionary<string, Tensor> { ["x"] = x });
        }

        using RunningProcess running = new(Repository.Start(
            run.Path, "infer", "experiments/tiny.yaml", "--observation", observation, "--steps", "3", "--draws", "30000000"));
        Process process = running.Process;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.That(SpinWait.SpinUntil(() => File.Exists(log), TimeSpan.FromSeconds(300)), "it begins");
        Assert.That(process.WaitForExit(2000), Is.False, "it draws");

        Send(signal, process);

        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(120)), Is.True, "ends soon");
        Assert.That(process.ExitCode, Is.EqualTo(expected), output.Result + errors.Result);
        Assert.That(errors.Result.Trim(), Is.EqualTo("Stopped."));
    }

    // A shell starts background jobs with SIGINT ignored, nohup ignores SIGHUP, and children inherit that.
    internal static void AssumeHeard(string signal)
    {
        string ignored = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        ulong bit = signal switch
        {
            "HUP" => 1,
            "INT" => 2,
            _ => 0,
        };
        Assume.That(Convert.ToUInt64(ignored, 16) & bit, Is.Zero, $"SIG{signal} is ignored here.");
    }

    private static void Send(string signal, Process process)
    {
        using Process kill = Process.Start("kill", $"-{signal} {process.Id.ToString(CultureInfo.InvariantCulture)}");
        kill.WaitForExit();
    }
}
