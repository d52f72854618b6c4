using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Writes the report of an experiment anew from the numbers in its results folder; computes nothing and needs no cache.</summary>
public static class ReportCommand
{
    /// <summary>Writes the reports and, where the experiments are several or stand in one folder of results, the page that leads to
    /// them.</summary>
    /// <param name="requests">
    /// The experiments. The file of one may be a results folder: then the experiment is the one that was run into it.
    /// </param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file is wrong, nothing was run, or it was run with other settings.</exception>
    public static int Run(IReadOnlyList<RunRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        List<(string File, HtmlReport Page)> pages = [.. requests.Select(Write)];
        if (pages.Count > 1)
        {
            string root = requests.Select(r => Asked(r).ResultsRoot).First();
            string index = Path.Combine(root, HtmlIndex.FileName);
            new HtmlIndex { Pages = [.. pages.Select(p => (Path.GetRelativePath(root, p.File).Replace('\\', '/'), p.Page))] }.Save(index);
            AnsiConsole.Console.MarkupLineInterpolated($"All of them: {index}");
        }

        return ExitCodes.Success;
    }

    private static (string File, HtmlReport Page) Write(RunRequest request)
    {
        bool isFolder = Directory.Exists(request.ExperimentFile);
        RunRequest asked = Asked(request);
        (_, YamlMap tree, RunPlan plan, _, string output) = RunSetup.Load(asked);
        if (MeasurementFile.Find(output) is null)
        {
            throw new ConfigurationException(
                $"{request.ExperimentFile}: expected the measurements of a run in {Path.Combine(output, MeasurementFile.Name)}; run the "
                    + $"experiment with the same options first."
            );
        }

        using ResultsLock folder = ResultsLock.Take(output);
        EarlierResults earlier = EarlierResults.Read(output, plan.Experiment, plan.Variant, plan.LeftOut, "report")!;
        HtmlReport page = ReportStage.Rewrite(
            plan,
            isFolder ? File.ReadAllText(asked.ExperimentFile) : YamlWriter.Write(tree),
            output,
            asked,
            isFolder ? earlier : earlier with { Manifest = earlier.Manifest with { Scale = Manifest.ScaleOf(request) } }
        );
        AnsiConsole.Console.MarkupLineInterpolated(
            $"{page.Title}: {Path.Combine(output, ReportStage.ReportFile)}, and for a browser {HtmlReport.FileName} beside it"
        );
        return (Path.Combine(output, HtmlReport.FileName), page);
    }

    private static RunRequest Asked(RunRequest request) => Directory.Exists(request.ExperimentFile) ? OfFolder(request) : request;

    // The file of an experiment as it was run stands for it; its variant is written in the numbers.
    private static RunRequest OfFolder(RunRequest request)
    {
        string folder = Path.GetFullPath(request.ExperimentFile);
        string resolved = Path.Combine(folder, ReportStage.ResolvedFile);
        if (!File.Exists(resolved) || MeasurementFile.Find(folder) is not string measurements)
        {
            throw new ConfigurationException(
                $"{request.ExperimentFile}: expected a folder of results with {ReportStage.ResolvedFile} and {MeasurementFile.Name}, as a "
                    + $"run leaves it, or an experiment file."
            );
        }

        string variant = MeasurementTable.Read(measurements).Rows.Select(r => r.Variant).FirstOrDefault() ?? Measurement.PaperVariant;
        return request with { ExperimentFile = resolved, Output = folder, ResolvedVariant = variant };
    }
}
