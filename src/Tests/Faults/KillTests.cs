using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;
using Reproduce.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>A run that was killed anywhere and started again ends with the bits of one that was not.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class KillTests
{
    // Simulating and reporting are short: without them being named, few of the moments would be in them.
    private static readonly string[] s_stages = ["start", "simulate", "test", "reference", "train", "sample", "score"];

    private static readonly string[] s_short = ["sample", "score", "report"];

    [Test]
    public void AKilledRunGoesOnBitForBit() => FaultLog.Try(1, "SIGKILL at random moments of all stages, then the same command", () =>
    {
        int rounds = FaultLog.Cases(1, 9);
        Random random = new(7);
        TinyRun whole = TinyRun.Baseline;
        SortedDictionary<string, int> hit = new(StringComparer.Ordinal);
        int killed = 0;
        for (int round = 0; round < rounds; round++)
        {
            using TinyRun run = new();
            // Short stages would hardly be met by chance: some moments are aimed at them.
            string?[] aims = [round % 3 == 0 ? "simulate" : null, null, s_short[round % s_short.Length]];
            for (int i = 0; i < aims.Length; i++)
            {
                // With the trainings it started (a power cut), or alone, so that orphans still write while the next run begins.
                if (KillAt(run, aims[i], random, tree: (round + i) % 2 == 0) is string stage)
                {
                    killed++;
                    hit[stage] = hit.GetValueOrDefault(stage) + 1;
                }
            }

            run.Go();
            Assert.That(run.Weights(), Is.EqualTo(whole.Weights()), $"round {round}");
            Assert.That(run.Numbers(), Is.EqualTo(whole.Numbers()), $"round {round}");
            Assert.That(
                Directory.EnumerateFileSystemEntries(run.Cache, "*", SearchOption.AllDirectories)
                    .Where(f => f.EndsWith(".part", StringComparison.Ordinal)
                        || (f.EndsWith(".tmp", StringComparison.Ordinal) && !IsClaim(f))),
                Is.Empty);
        }

        Assert.That(killed, Is.GreaterThan(0));
        string where = string.Join(", ", hit.Select(h => $"{h.Value} in {h.Key}"));
        return (killed, $"{rounds} runs finished with bit-identical weights and measurements.csv (times aside); killed {where}");
    });

    // A process that is killed while it removes its claim on what is finished leaves one that is nobody's.
    private static bool IsClaim(string folder) => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder)
        .Select(f => Path.GetFileName(f)!)
        .All(n => n is "owner.json" or "progress.json" || n.StartsWith("beat.", StringComparison.Ordinal));

    // The stage in which the process died, or null when it had ended before. Without an aim the moment is anywhere in about half a run
    // (later processes have less to do), else just after the beginning of the stage.
    private static string? KillAt(TinyRun run, string? aim, Random random, bool tree)
    {
        // An earlier death may have left the folder of a job behind.
        string[] left = aim is null ? [] : [.. OpenJobs(aim, run)];
        using Process process = run.Start();
        ConcurrentQueue<string> lines = new();
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool ended = false;
        while (aim is not null && !HasBegun() && !ended)
        {
            ended = process.WaitForExit(TimeSpan.FromMilliseconds(1));
        }

        TimeSpan moment = aim switch
        {
            null => TimeSpan.FromSeconds(0.2) + TinyRun.Baseline.Duration * (0.55 * random.NextDouble()),
            "report" => TimeSpan.FromSeconds(random.NextDouble()), // Of drawing figures.
            _ => TimeSpan.FromSeconds(0.03 * random.NextDouble()),
        };
        if (ended || process.WaitForExit(moment))
        {
            Assert.That(process.ExitCode, Is.EqualTo(ExitCodes.Success));
            return null;
        }

        process.Kill(tree);
        process.WaitForExit();
        int last = Array.FindLastIndex(s_stages, s =>
            lines.Any(l => l.Contains($" {s}: done", StringComparison.Ordinal) || l.Contains($" {s}: ", StringComparison.Ordinal))
        );
        if (last < 0)
        {
            return lines.Any(l => l.Contains("results in", StringComparison.Ordinal)) ? "simulate" : "start";
        }

        bool isDone = lines.Any(l => l.Contains($" {s_stages[last]}: done in", StringComparison.Ordinal));
        return !isDone ? s_stages[last] : last + 1 < s_stages.Length ? s_stages[last + 1] : "report";

        bool HasBegun() => aim == "report"
            ? lines.Any(l => l.Contains(" score: done in", StringComparison.Ordinal))
            : OpenJobs(aim!, run).Except(left).Any();
    }

    private static IEnumerable<string> OpenJobs(string stage, TinyRun run)
    {
        string folder = Path.Combine(run.Cache, stage);
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*.part") : [];
    }
}
