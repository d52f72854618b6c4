using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace Reproduce.Tests.Faults;

/// <summary>
/// Counts what the fault tests tried. In the ordinary test run they try a few cases each; scripts/faults sets REPRODUCE_FAULTS=full for all
/// of them and REPRODUCE_FAULTS_TABLE for the file to which the table of outcomes goes.
/// </summary>
[SetUpFixture]
public sealed class FaultLog
{
    private static readonly List<(int Item, string Fault, int Cases, string Outcome)> s_rows = [];

    internal static bool IsFull => Environment.GetEnvironmentVariable("REPRODUCE_FAULTS") == "full";

    /// <summary>How many cases to try; a test without short cases is skipped in the ordinary run.</summary>
    internal static int Cases(int few, int full)
    {
        if (!IsFull && few == 0)
        {
            Assert.Ignore("takes long; scripts/faults runs it");
        }

        return IsFull ? full : few;
    }

    /// <summary>Runs a test's cases and notes the outcome, good or bad.</summary>
    /// <param name="item">Place in the table.</param>
    /// <param name="fault">What was done to the program.</param>
    /// <param name="cases">Asserts what must hold, and gives the number of cases with what was seen.</param>
    internal static void Try(int item, string fault, Func<(int Cases, string Outcome)> cases)
    {
        try
        {
            (int count, string outcome) = cases();
            Note(item, fault, count, outcome);
        }
        catch (Exception e) when (e is not (IgnoreException or SuccessException))
        {
            Note(item, fault, 0, $"**failed**: {e.Message.Trim().Split('\n')[0]}");
            throw;
        }
    }

    [OneTimeTearDown]
    public void WriteTable()
    {
        TinyRun.DisposeBaseline();
        if (Environment.GetEnvironmentVariable("REPRODUCE_FAULTS_TABLE") is not { Length: > 0 } path)
        {
            return;
        }

        StringBuilder text = new("# Faults and what came of them\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Written by `scripts/faults.sh` on {DateTime.UtcNow:yyyy-MM-dd}, {RuntimeInformation.OSDescription}, ");
        text.Append(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores. The tests are in `src/Tests/Faults`; each case is asserted there.\n");
        text.Append("Runs are of a tiny experiment with all stages, through the real command line, in processes of their own.\n\n");
        text.Append("| fault | cases tried | outcome |\n| --- | ---: | --- |\n");
        foreach ((int _, string fault, int cases, string outcome) in s_rows.OrderBy(r => r.Item).ThenBy(r => r.Fault, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {fault} | {cases} | {outcome.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        File.WriteAllText(path, text.ToString());
    }

    private static void Note(int item, string fault, int cases, string outcome)
    {
        lock (s_rows)
        {
            s_rows.Add((item, fault, cases, outcome));
        }
    }
}
