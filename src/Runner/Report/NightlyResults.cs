using System.Globalization;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Report;

/// <summary>What a night left behind: the measurements of its experiments and the reports of its benchmarks.</summary>
/// <param name="Origin">When and where it was measured.</param>
/// <param name="Entries">Its numbers.</param>
/// <param name="Unfinished">Folders of experiments that were begun and did not come to their measurements.</param>
/// <param name="Styles">How the experiments' contenders are shown.</param>
public sealed record NightlyResults(
    NightlyOrigin Origin, IReadOnlyList<NightlyEntry> Entries, IReadOnlyList<string> Unfinished, ContenderStyles Styles)
{
    // The package that computes; the others of a manifest draw and read.
    private const string Engine = "TorchSharp";

    /// <summary>The steps of the night with their seconds, in their order.</summary>
    public IReadOnlyList<(string Step, double Seconds)> Times { get; init; } = [];

    /// <summary>Reads the results.</summary>
    /// <param name="folder">Folder with a folder for each experiment and, anywhere in it, reports of benchmarks.</param>
    /// <exception cref="ConfigurationException">There is nothing to read.</exception>
    /// <exception cref="MalformedTableException">A file is malformed.</exception>
    public static NightlyResults Read(string folder)
    {
        string[] experiments = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)] : [];
        string[] reports = Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, "*" + BenchmarkReports.Ending, SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal),
            ]
            : [];
        string[] measured = [.. experiments.Where(f => MeasurementFile.Find(f) is not null)];
        if (measured.Length == 0 && reports.Length == 0)
        {
            throw new ConfigurationException($"{folder}: expected the results of a night; scripts/nightly.sh (or .ps1) makes them.");
        }

        if (measured.FirstOrDefault(IsOfThePapersScale) is string foreign)
        {
            throw new ConfigurationException(
                $"{folder}: expected the results of a night, which has a profile; {foreign} was run at the paper's scale. "
                    + "scripts/nightly.sh (or .ps1) makes a night's results.");
        }

        MeasurementTable[] tables = [.. measured.Select(f => MeasurementTable.Read(MeasurementFile.Find(f)!))];
        NightlyEntry[] quality = [.. tables.SelectMany(t => NightlyQuality.Entries(t, ReportStyles.Of(t.Contenders)))];
        return new NightlyResults(
            FindOrigin(measured),
            [.. quality, .. BenchmarkReports.Read(reports)],
            [.. experiments.Where(f => File.Exists(ReportStage.WorkingCopy(f))).Except(measured)],
            ReportStyles.Of(tables.SelectMany(t => t.Contenders)))
        {
            Times = NightlyTimes.Read(Path.Combine(folder, NightlyTimes.FileName)),
        };
    }

    private static bool IsOfThePapersScale(string experiment) =>
        Path.Combine(experiment, Manifest.FileName) is string file && File.Exists(file) && Manifest.Read(file).Profile is null;

    // The last run of the night says when and where: the same results, judged again, are the same night.
    private static NightlyOrigin FindOrigin(string[] measured)
    {
        Manifest? last = measured.Select(f => Path.Combine(f, Manifest.FileName)).Where(File.Exists).Select(Manifest.Read)
            .MaxBy(m => m.Finished, StringComparer.Ordinal);
        return last is null
            ? new NightlyOrigin(
                DateTime.UtcNow.ToString(NightlyHistory.DateFormat, CultureInfo.InvariantCulture),
                JobOrigin.ThisSource,
                Machine(JobOrigin.ThisProcessor(), Environment.ProcessorCount, JobOrigin.ThisVectorBits(), Environment.ProcessorCount),
                $"{Engine} {JobOrigin.VersionOf(typeof(TorchSharp.torch))}"
            )
            : new NightlyOrigin(
                last.Finished,
                last.GitCommit,
                Machine(last.Processor, last.Cores, last.VectorBits, last.Threads),
                last.Packages.TryGetValue(Engine, out string? version) ? $"{Engine} {version}" : "");
    }

    private static string Machine(string processor, int cores, int? vectorBits, int threads)
    {
        string vectors = vectorBits is int bits ? string.Create(CultureInfo.InvariantCulture, $", {bits}-bit vectors") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{processor}, {cores} cores{vectors}, {threads} threads");
    }
}
