using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Writes the report of an experiment anew from the numbers in its results folder; computes nothing and needs no cache.</summary>
public static class ReportCommand
{
    /// <summary>Writes the reports and, of several experiments, the page that leads to them.</summary>
    /// <param name="requests">
    /// The experiments. The file of one may be a results folder: then the experiment is the one that was run into it. It may be a suite's.
    /// </param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file is wrong, nothing was run, or it was run with other settings.</exception>
    public static int Run(IReadOnlyList<RunRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        List<(string Root, string File, HtmlReport Page)> pages = [];
        foreach (RunRequest request in requests)
        {
            if (SuiteSettings.IsSuite(request.ExperimentFile))
            {
                SuiteCommand.Report(request);
                continue;
            }

            bool isFolder = Directory.Exists(request.ExperimentFile);
            RunRequest asked = isFolder ? OfFolder(request) : request;
            (string file, HtmlReport page) = Write(asked, isFolder);
            pages.Add((asked.ResultsRoot, file, page));
        }

        if (pages.Count > 1)
        {
            string root = pages[0].Root;
            string index = Path.Combine(root, HtmlIndex.FileName);
            new HtmlIndex { Pages = [.. pages.Select(p => (Path.GetRelativePath(root, p.File).Replace('\\', '/'), p.Page))] }.Save(index);
            AnsiConsole.Console.MarkupLineInterpolated($"All of them: {index}");
        }

        return ExitCodes.Success;
    }

    private static (string File, HtmlReport Page) Write(RunRequest request, bool isResolved)
    {
        RunSetup setup = RunSetup.Load(request, runs: false);
        (_, YamlMap tree, RunPlan plan, _, string output) = setup;
        _ = setup.MeasurementsFile();
        using ResultsLock folder = ResultsLock.Take(output);
        EarlierResults earlier = EarlierResults.Read(output, plan.Experiment, plan.Variant, plan.LeftOut, "report")!;
        HtmlReport page = ReportStage.Rewrite(
            plan,
            isResolved ? File.ReadAllText(request.ExperimentFile) : YamlWriter.Write(tree),
            output,
            request,
            isResolved ? earlier : earlier with { Manifest = earlier.Manifest with { Scale = Manifest.ScaleOf(request, plan) } }
        );
        AnsiConsole.Console.MarkupLineInterpolated(
            $"{page.Title}: {Path.Combine(output, ReportStage.ReportFile)}, and for a browser {HtmlReport.FileName} beside it"
        );
        return (Path.Combine(output, HtmlReport.FileName), page);
    }

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
