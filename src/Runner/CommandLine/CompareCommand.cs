using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Report;

namespace Reproduce.Runner.CommandLine;

/// <summary>Sets two results folders side by side: settings that differ, and every number that both have with its difference.</summary>
public static class CompareCommand
{
    /// <summary>Name of the page for reading; the one for a browser has the same name with another ending.</summary>
    public const string PageFile = "compare.md";

    private const string Nothing = "—";

    // What decides test sets and training sets: random numbers come from the seed and the experiment's name.
    private static readonly string[] s_data = ["name", "seed", "task", "test"];

    /// <summary>Compares, says in short what differs and writes both pages.</summary>
    /// <param name="first">The one folder of results.</param>
    /// <param name="second">The other.</param>
    /// <param name="output">Where the pages go.</param>
    /// <param name="console">Where the summary goes.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A folder has no results, or the two have no number in common.</exception>
    public static int Run(string first, string second, string output, TextWriter console)
    {
        ArgumentNullException.ThrowIfNull(console);
        ComparedFolder a = ComparedFolder.Read(first), b = ComparedFolder.Read(second);
        bool isPaired = s_data.All(key => a.Settings.TryGetValue(key, out string? own) && own == b.Settings.GetValueOrDefault(key));
        ResultsComparison comparison = new(
            a.Results, b.Results, isPaired, ReportStyles.Of(a.Contenders.Concat(b.Contenders)));
        if (comparison.Quantities.Count == 0)
        {
            throw new ConfigurationException(
                $"{second}: expected contenders, budgets and steps that {first} has, too; the two have no number in common.");
        }

        ComparisonPage page = new(
            comparison,
            [.. YamlDifferences.Of(a.Tree, b.Tree).Select(d => (d.Key, d.First ?? Nothing, d.Second ?? Nothing))],
            [.. a.Facts.Zip(b.Facts, (x, y) => (x.Name, x.Value, y.Value))],
            ReportStyles.Of);
        FolderOption.Make("--out", output);
        WholeFile.WriteText(Path.Combine(output, PageFile), page.Markdown());
        string browser = Path.Combine(output, Path.ChangeExtension(PageFile, ".html"));
        page.Html().Save(browser);
        console.Write(page.Summary());
        console.Write($"\nAll of it: {Path.Combine(output, PageFile)}, and for a browser {browser}\n");
        return ExitCodes.Success;
    }

    /// <summary>What is read of a results folder.</summary>
    private sealed record ComparedFolder(
        ComparedResults Results,
        IReadOnlyList<Contender> Contenders,
        YamlMap Tree,
        IReadOnlyDictionary<string, string> Settings,
        IReadOnlyList<(string Name, string Value)> Facts)
    {
        public static ComparedFolder Read(string folder)
        {
            string resolved = Path.Combine(folder, ReportStage.ResolvedFile), manifest = Path.Combine(folder, Manifest.FileName);
            if (!File.Exists(resolved) || !File.Exists(manifest) || MeasurementFile.Find(folder) is not string measurements)
            {
                throw new ConfigurationException(
                    $"{folder}: expected a folder of results with {MeasurementFile.Name}, {ReportStage.ResolvedFile} and "
                        + $"{Manifest.FileName}, as a run leaves it.");
            }

            YamlMap tree = YamlReader.Load(resolved);
            Experiment experiment = YamlBinder.Bind<Experiment>(tree, SettingKinds.All);
            Manifest last = Manifest.Read(manifest);
            MeasurementTable table = MeasurementTable.Read(measurements);
            return new ComparedFolder(
                new ComparedResults(folder, table),
                [.. experiment.Contenders.Select(c => ReportStyles.Named(c.Key, c.Value)), .. table.Contenders],
                tree,
                last.Settings.Count > 0 ? last.Settings : DecidingSettings.Of(experiment, []),
                [
                    ("finished", last.Finished), ("commit", last.GitCommit), ("processor", $"{last.Processor}, {last.Cores} cores"),
                    ("runtime", last.Runtime), ("scale", last.Scale ?? Nothing), ("command", last.Command),
                ]);
        }
    }
}
