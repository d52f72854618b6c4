using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Writes the report of an experiment anew from the numbers in its results folder; computes nothing and needs no cache.</summary>
public static class ReportCommand
{
    /// <summary>Writes the report.</summary>
    /// <param name="request">
    /// The experiment. Its file may be a results folder: then the experiment is the one that was run into it.
    /// </param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file is wrong, nothing was run, or it was run with other settings.</exception>
    public static int Run(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool isFolder = Directory.Exists(request.ExperimentFile);
        RunRequest asked = isFolder ? OfFolder(request) : request;
        (_, YamlMap tree, var plan, _, string output) = RunSetup.Load(asked);
        if (MeasurementFile.Find(output) is null)
        {
            throw new ConfigurationException(
                $"{request.ExperimentFile}: expected the measurements of a run in {Path.Combine(output, MeasurementFile.Name)}; run the experiment with the same options first.");
        }

        using ResultsLock folder = ResultsLock.Take(output);
        EarlierResults earlier = EarlierResults.Read(output, plan.Experiment, plan.Variant, plan.LeftOut, "report")!;
        ReportStage.Rewrite(
            plan,
            isFolder ? File.ReadAllText(asked.ExperimentFile) : YamlWriter.Write(tree),
            output,
            asked,
            isFolder ? earlier : earlier with { Manifest = earlier.Manifest with { Scale = Manifest.ScaleOf(request) } });
        AnsiConsole.Console.MarkupLineInterpolated($"{plan.Experiment.Title}: {Path.Combine(output, ReportStage.ReportFile)}");
        return ExitCodes.Success;
    }

    // The file of an experiment as it was run stands for it; its variant is written in the numbers.
    private static RunRequest OfFolder(RunRequest request)
    {
        string folder = Path.GetFullPath(request.ExperimentFile);
        string resolved = Path.Combine(folder, ReportStage.ResolvedFile);
        if (!File.Exists(resolved) || MeasurementFile.Find(folder) is not string measurements)
        {
            throw new ConfigurationException(
                $"{request.ExperimentFile}: expected a folder of results with {ReportStage.ResolvedFile} and {MeasurementFile.Name}, as a run leaves it, or an experiment file.");
        }

        string variant = MeasurementTable.Read(measurements).Rows.Select(r => r.Variant).FirstOrDefault() ?? Measurement.PaperVariant;
        return request with { ExperimentFile = resolved, Output = folder, ResolvedVariant = variant };
    }
}
