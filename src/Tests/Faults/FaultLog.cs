using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace Reproduce.Tests.Faults;

/// <summary>
/// Counts what the fault tests tried. In the ordinary test run they try a few cases each; scripts/faults sets REPRODUCE_FAULTS=full for all
/// of them (or a share such as 0.3) and REPRODUCE_FAULTS_TABLE for the file to which the table of outcomes goes.
/// </summary>
[SetUpFixture]
public sealed class FaultLog
{
    private const string Head = "| about | fault | cases tried | outcome | before |\n| --- | --- | ---: | --- | --- |\n";
    /// <summary>Stands in an outcome before what the same fault did to the program when it was first tried.</summary>
    private const string Before = "; before: ";

    private static readonly string[] s_subjects =
    [
        "resume", "corruption", "two runs", "storage", "diverged", "memory", "configuration", "untrusted files", "determinism",
        "metrics", "settings", "command line", "library data", "cluster",
    ];

    private static readonly double s_share = Environment.GetEnvironmentVariable("REPRODUCE_FAULTS") switch
    {
        null or "" => 0,
        "full" => 1,
        string text => double.Parse(text, CultureInfo.InvariantCulture),
    };

    /// <summary>How many cases to try; a test without short cases is skipped in the ordinary run.</summary>
    internal static int Cases(int few, int full)
    {
        if (s_share == 0 && few == 0)
        {
            Assert.Ignore("takes long; scripts/faults runs it");
        }

        return s_share == 0 ? few : Math.Max(few, (int)Math.Ceiling(s_share * full));
    }

    /// <summary>Runs a test's cases and notes the outcome, good or bad.</summary>
    /// <param name="item">What it is about: the number of a subject.</param>
    /// <param name="fault">What was done to the program.</param>
    /// <param name="cases">Asserts what must hold, and gives the number of cases with what was seen.</param>
    internal static void Try(int item, string fault, Func<(int Cases, string Outcome)> cases)
    {
        try
        {
            (int count, string outcome) = cases();
            Note(item, fault, count, outcome);
        }
        catch (Exception e) when (e is not (IgnoreException or InconclusiveException or SuccessException))
        {
            Note(item, fault, 0, $"**failed**: {e.Message.Trim().Split('\n')[0]}");
            throw;
        }
    }

    [OneTimeTearDown]
    public void RemoveBaseline() => TinyRun.DisposeBaseline();

    // Written row by row, and rows of other tests are kept: a long run may be stopped, or done in parts with --filter.
    private static void Note(int item, string fault, int cases, string outcome)
    {
        if (Environment.GetEnvironmentVariable("REPRODUCE_FAULTS_TABLE") is not { Length: > 0 } path)
        {
            return;
        }

        string subject = s_subjects[item - 1];
        string start = $"| {subject} | {fault} |";
        List<string> rows = File.Exists(path)
            ? [.. File.ReadAllLines(path).Where(l => s_subjects.Any(s => l.StartsWith($"| {s} |", StringComparison.Ordinal)))]
            : [];
        rows.RemoveAll(r => r.StartsWith(start, StringComparison.Ordinal));
        string[] parts = outcome.Replace("|", "\\|", StringComparison.Ordinal).Split(Before, 2);
        rows.Add(string.Create(CultureInfo.InvariantCulture, $"{start} {cases} | {parts[0]} | {(parts.Length > 1 ? parts[1] : "—")} |"));
        StringBuilder text = new("# Faults and what came of them\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"Written by `scripts/faults.sh`, last on {DateTime.UtcNow:yyyy-MM-dd}, {RuntimeInformation.OSDescription}, "
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores. The tests are in `src/Tests/Faults`, of clusters in `src/Tests/Engines`; "
        );
        text.Append("what a row says is asserted there.\n");
        text.Append("Runs are of a tiny experiment with all stages, through the real command line, in processes of their own.\n\n")
            .Append(Head);
        foreach (
            string row in rows.OrderBy(r => Array.FindIndex(s_subjects, s => r.StartsWith($"| {s} |", StringComparison.Ordinal)))
                .ThenBy(r => r, StringComparer.Ordinal)
        )
        {
            text.Append(row).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }
}
