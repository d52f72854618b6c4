using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Plan;

namespace Reproduce.Runner.Report;

/// <summary>What the report in a results folder holds, for a run that adds to it (<see cref="RunRequest.Keep"/>).</summary>
/// <param name="Measurements">Its numbers.</param>
/// <param name="Manifest">Where, when and how they were measured.</param>
/// <param name="Figures">Its figures.</param>
public sealed record EarlierResults(MeasurementTable Measurements, Manifest Manifest, IReadOnlyList<FigureEntry> Figures)
{
    /// <summary>Reads a report's files and makes sure that its numbers and those of a run may stand in one table.</summary>
    /// <param name="folder">The results folder.</param>
    /// <param name="experiment">The experiment of the run.</param>
    /// <param name="variant">Its variant.</param>
    /// <returns>Null when there is no report.</returns>
    /// <exception cref="ConfigurationException">Files of the report are missing, or it was made with other settings.</exception>
    /// <exception cref="MalformedTableException">A file is malformed.</exception>
    /// <exception cref="InvalidDataException">The manifest is malformed.</exception>
    public static EarlierResults? Read(string folder, Experiment experiment, string variant)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        string measurements = Path.Combine(folder, ReportStage.MeasurementsFile);
        if (!File.Exists(measurements))
        {
            return null;
        }

        string resolved = Required(folder, ReportStage.ResolvedFile);
        string manifest = Required(folder, Manifest.FileName);
        string figures = Required(folder, Path.Combine(ReportStage.FiguresFolder, FigureIndex.FileName));
        Experiment earlier = YamlBinder.Bind<Experiment>(YamlReader.Load(resolved));
        Dictionary<string, string> before = Deciding(earlier);
        // A contender or a budget that only one of the two has is what --keep is for.
        if (Deciding(experiment).FirstOrDefault(s => before.TryGetValue(s.Key, out string? value) && value != s.Value).Key is string other)
        {
            throw new ConfigurationException(
                $"--keep: expected the settings of {resolved}, with which the numbers there were measured, but '{other}' differs. "
                    + "Run without --keep to replace them, or into another folder with --out.");
        }

        MeasurementTable table = MeasurementTable.Read(measurements);
        if (table.Rows.FirstOrDefault(r => r.Variant != variant) is Measurement row)
        {
            throw new ConfigurationException($"--keep: expected numbers of the variant '{variant}' in {measurements}, got '{row.Variant}'.");
        }

        return new EarlierResults(table, Manifest.Read(manifest), FigureIndex.Read(figures));
    }

    /// <summary>The rows of a run, and those of the report at settings that the run does not have.</summary>
    /// <param name="rows">The run's rows.</param>
    public IEnumerable<Measurement> Under(IReadOnlyCollection<Measurement> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        HashSet<(string, int, int, int)> fresh = [.. rows.Select(Place)];
        return rows.Concat(Measurements.Rows.Where(r => !fresh.Contains(Place(r))));

        static (string Contender, int Budget, int Replicate, int Steps) Place(Measurement row) => (row.Contender, row.Budget, row.Replicate, row.Steps);
    }

    // Every setting that decides a number at one budget and number of steps, by the name that the experiment file gives it.
    private static Dictionary<string, string> Deciding(Experiment experiment)
    {
        Dictionary<string, object> settings = new()
        {
            ["name"] = experiment.Name,
            ["seed"] = experiment.Seed,
            ["task"] = experiment.Task,
            ["simulations.validation"] = experiment.Simulations.Validation,
            ["test"] = experiment.Test,
            ["replicates"] = experiment.Replicates,
            ["summary"] = experiment.Summary,
            ["sampling"] = experiment.Sampling,
            ["scores"] = experiment.Scores,
        };
        foreach ((string name, ContenderSettings contender) in experiment.Contenders)
        {
            settings[$"contenders.{name}"] = new { Training = contender.TrainingOnly(), Sampling = contender.SamplingOnly() };
        }

        return settings.ToDictionary(s => s.Key, s => CanonicalJson.Write(s.Value));
    }

    private static string Required(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw new ConfigurationException(
            $"--keep: expected {path} beside {ReportStage.MeasurementsFile}; every report writes it. Run without --keep to replace the numbers there.");
    }
}
