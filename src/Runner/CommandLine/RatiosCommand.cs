using System.Globalization;
using Reproduce.Configuration;
using Reproduce.Reporting;

namespace Reproduce.Runner.CommandLine;

/// <summary>Ratios of two commits' benchmarks, from the reports that scripts/compare-commits.sh has left.</summary>
public static class RatiosCommand
{
    private const string First = "a", Second = "b";

    /// <summary>Prints a table.</summary>
    /// <param name="folder">A folder with the reports of round 1 in a-1 and b-1, and so on.</param>
    /// <param name="console">Where the table goes.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">There are not two rounds of both.</exception>
    /// <exception cref="MalformedTableException">A report is damaged.</exception>
    public static int Run(string folder, TextWriter console)
    {
        ArgumentNullException.ThrowIfNull(console);
        List<(IReadOnlyList<string> First, IReadOnlyList<string> Second)> rounds = [];
        while (Directory.Exists(Round(First)) && Directory.Exists(Round(Second)))
        {
            rounds.Add((Reports(Round(First)), Reports(Round(Second))));
        }

        IReadOnlyList<BenchmarkRatio> ratios = rounds.Count > 1 ? BenchmarkRatio.Of(rounds) : [];
        if (ratios.Count == 0)
        {
            throw new ConfigurationException(
                $"{folder}: expected reports of benchmarks of two rounds at least, in {First}-1, {Second}-1, {First}-2, {Second}-2, as "
                    + "scripts/compare-commits.sh leaves them.");
        }

        console.Write(MarkdownTable.PipeTable(
            ["benchmark", "a (ms)", "b (ms)", "b / a", "95 % interval", "rounds", "b is"],
            [false, true, true, true, true, true, false],
            [.. ratios.Select(Row)]));
        return ExitCodes.Success;

        string Round(string commit) => Path.Combine(folder, FormattableString.Invariant($"{commit}-{rounds.Count + 1}"));
    }

    private static string[] Reports(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*" + BenchmarkReports.Ending, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static string[] Row(BenchmarkRatio ratio) =>
    [
        MarkdownTable.Escape(ratio.Name),
        NumberText.Significant(ratio.First * 1000, 3),
        NumberText.Significant(ratio.Second * 1000, 3),
        NumberText.Fixed(ratio.Ratio, 3),
        $"{NumberText.Fixed(ratio.Low, 3)} to {NumberText.Fixed(ratio.High, 3)}",
        ratio.Rounds.ToString(CultureInfo.InvariantCulture),
        ratio.Verdict,
    ];
}
