using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Report;

/// <summary>What the report in a results folder holds, for a run that adds to it (<see cref="RunRequest.Keep"/>).</summary>
/// <param name="Measurements">Its numbers.</param>
/// <param name="Manifest">Where, when and how they were measured.</param>
/// <param name="Figures">Its figures.</param>
/// <param name="Settings">Digests of the settings that decided its numbers (<see cref="DecidingSettings"/>).</param>
public sealed record EarlierResults(
    MeasurementTable Measurements, Manifest Manifest, IReadOnlyList<FigureEntry> Figures, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Reads a report's files and makes sure that its numbers and those of a run may stand in one table.</summary>
    /// <param name="folder">The results folder.</param>
    /// <param name="experiment">The experiment of the run.</param>
    /// <param name="variant">Its variant.</param>
    /// <param name="leftOut">Contenders of the experiment that the run leaves out.</param>
    /// <param name="option">The option or verb that needs them, for messages.</param>
    /// <returns>Null when there is no report.</returns>
    /// <exception cref="ConfigurationException">Files of the report are missing, or it was made with other settings.</exception>
    /// <exception cref="MalformedTableException">A file is malformed.</exception>
    public static EarlierResults? Read(
        string folder,
        Experiment experiment,
        string variant,
        IReadOnlyCollection<string> leftOut,
        string option = "--keep"
    )
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (MeasurementFile.Find(folder) is not string measurements)
        {
            return null;
        }

        string resolved = Required(ReportStage.ResolvedFile);
        string manifest = Required(Manifest.FileName);
        string figures = Required(Path.Combine(ReportStage.FiguresFolder, FigureIndex.FileName));
        MeasurementTable table = MeasurementTable.Read(measurements);
        Manifest last = Manifest.Read(manifest);
        // Reports of before a manifest had digests have the settings of their last run.
        Dictionary<string, string> before = DecidingSettings.Restrict(
            last.Settings.Count > 0
                ? last.Settings
                : DecidingSettings.Of(YamlBinder.Bind<Experiment>(YamlReader.Load(resolved), SettingKinds.All), []),
            [.. table.Rows.Select(r => r.Contender).Distinct()]
        );
        // A contender or a budget that only one of the two has is what --keep is for.
        if (DecidingSettings.FirstDifference(DecidingSettings.Of(experiment, leftOut), before) is string other)
        {
            throw new ConfigurationException(
                $"{option}: expected the settings with which the numbers in {measurements} were measured (see {ReportStage.ResolvedFile} "
                    + $"there), but '{other}' differs. "
                    + "Run the experiment without --keep to replace them, or into another folder with --out.");
        }

        if (table.Rows.FirstOrDefault(r => r.Variant != variant) is Measurement row)
        {
            throw new ConfigurationException(
                $"{option}: expected numbers of the variant '{variant}' in {measurements}, got '{row.Variant}'."
            );
        }

        return new EarlierResults(table, last, FigureIndex.Read(figures), before);

        string Required(string file)
        {
            string path = Path.Combine(folder, file);
            return File.Exists(path)
                ? path
                : throw new ConfigurationException(
                    $"{option}: expected {path} beside {MeasurementFile.Name}; every report writes it. Run the experiment without --keep "
                        + $"to replace the numbers there."
                );
        }
    }

    /// <summary>The rows of a run, and those of the report at settings that the run does not have.</summary>
    /// <param name="rows">The run's rows.</param>
    public IEnumerable<Measurement> MergedInto(IReadOnlyCollection<Measurement> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        // What failed this time takes nothing away from what was measured before.
        HashSet<MeasuredPlace> had = [.. Measurements.Rows.Where(r => r.Status == Measurement.Ok).Select(r => r.Place)];
        Measurement[] own = [.. rows.Where(r => r.Status == Measurement.Ok || !had.Contains(r.Place))];
        HashSet<MeasuredPlace> fresh = [.. own.Select(r => r.Place)];
        return own.Concat(Measurements.Rows.Where(r => !fresh.Contains(r.Place)));
    }

    /// <summary>The sets of draws that need not be made again: those with numbers and no hole.</summary>
    public IReadOnlySet<MeasuredPlace> WithoutHoles() =>
        Measurements.Rows.GroupBy(r => r.Place).Where(g => g.All(r => r.Status == Measurement.Ok)).Select(g => g.Key).ToHashSet();
}
