using System.Security.Cryptography;
using System.Text;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Report;
using Reproduce.Tasks;

namespace Reproduce.Runner;

/// <summary>What the command line asks for.</summary>
public sealed record RunRequest
{
    /// <summary>Folder below the results for runs that are not the experiment as it stands; it is not committed.</summary>
    public const string ScratchFolder = "scratch";

    /// <summary>The experiment file.</summary>
    public required string ExperimentFile { get; init; }

    /// <summary>Name of a profile in configs/profiles, or null.</summary>
    public string? Profile { get; init; }

    /// <summary>Name of a variant in configs/variants, or null.</summary>
    public string? Variant { get; init; }

    /// <summary>Settings given on the command line, each "a.b.c=value".</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The contenders to run; all when there is none.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Folder for tables and figures, or null for the usual one.</summary>
    public string? Output { get; init; }

    /// <summary>Folder for the results of jobs, or null for the usual one.</summary>
    public string? Cache { get; init; }

    /// <summary>
    /// Whether the report keeps what the one before it in the same folder has measured at other settings: budgets, contenders, steps.
    /// </summary>
    public bool Keep { get; init; }

    /// <summary>Whether only what that report does not have yet is trained and drawn; with <see cref="Keep"/>.</summary>
    public bool Missing { get; init; }

    /// <summary>Trainings at once; 0 takes one per core on a CPU, and on a GPU up to four small ones.</summary>
    public int Jobs { get; init; }

    /// <summary>Training simulations of a job of their own at most, on a cluster; null when one job simulates them all.</summary>
    public int? ShardRows { get; init; }

    /// <summary>Time between two checkpoints of a training, seconds.</summary>
    public double CheckpointSeconds { get; init; } = 60;

    /// <summary>Reads the experiment with everything that is laid over it.</summary>
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public (YamlMap Tree, Experiment Experiment) Load()
    {
        YamlMap tree = ExperimentFiles.Load(
            ExperimentFile, Profile, Variant, Settings, contenderKinds: SettingKinds.All.NamesOf<ContenderSettings>());
        Experiment experiment = YamlBinder.Bind<Experiment>(tree, SettingKinds.All);
        if (experiment.Task is IFileBound task)
        {
            // Once it is known where the files are, what is in them may not fit to the other settings.
            tree = TaskFiles.Place(tree, task, Path.GetDirectoryName(Path.GetFullPath(ExperimentFile))!);
            experiment = YamlBinder.Bind<Experiment>(tree, SettingKinds.All);
        }

        if (experiment.Infer.Observation is string file)
        {
            string place = Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(ExperimentFile))!);
            tree = YamlOverlay.Put(tree, "infer", "observation", place);
            experiment = YamlBinder.Bind<Experiment>(tree, SettingKinds.All);
        }

        return (tree, experiment);
    }

    /// <summary>"paper" or the variant's name, for tables.</summary>
    public string VariantName => Variant ?? ResolvedVariant ?? Measurement.PaperVariant;

    /// <summary>
    /// The name of the variant that <see cref="ExperimentFile"/> has been laid under already, as that of a finished run has; or null.
    /// </summary>
    public string? ResolvedVariant { get; init; }

    /// <summary>
    /// The folder for results of the project that the experiment file belongs to; set where that was found out before, in another
    /// working folder.
    /// </summary>
    public string ResultsRoot
    {
        get => field ?? FindResults(Path.GetFullPath(ExperimentFile));
        init;
    }

    /// <summary>The same request for processes in any working folder.</summary>
    public RunRequest FromAnywhere() => this with
    {
        ExperimentFile = Path.GetFullPath(ExperimentFile),
        Output = Output is null ? null : Path.GetFullPath(Output),
        Cache = Cache is null ? null : Path.GetFullPath(Cache),
        ResultsRoot = ResultsRoot,
    };

    /// <summary>
    /// Where tables and figures go: results/NAME at the paper's scale, results/NAME/VARIANT for a variant, and results/scratch/...
    /// for shrunken or otherwise changed runs, so that those never overwrite the real ones.
    /// </summary>
    /// <param name="experiment">The experiment as read.</param>
    public string OutputFolder(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return OutputFolder(experiment.Name);
    }

    /// <summary>Where tables and figures of a name go, likewise.</summary>
    /// <param name="name">Name of an experiment or a suite.</param>
    public string OutputFolder(string name)
    {
        if (Output is not null)
        {
            return Path.GetFullPath(Output);
        }

        if (Profile is null && Settings.Count == 0 && Only.Count == 0)
        {
            return Variant is null ? Path.Combine(ResultsRoot, name) : Path.Combine(ResultsRoot, name, Variant);
        }

        return Path.Combine(ResultsRoot, ScratchFolder, ScratchName(name));
    }

    /// <summary>
    /// The folder's name for a shrunken or otherwise changed run: what was asked for, and for settings a few digits that they decide, so
    /// that runs with other settings have other folders.
    /// </summary>
    /// <param name="name">What it begins with.</param>
    public string ScratchName(string name)
    {
        string? set = Settings.Count == 0
            ? null
            : "set-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Settings))))[..6];
        string? only = Only.Count == 0 ? null : "only-" + string.Join('-', Only.Order(StringComparer.Ordinal));
        string?[] parts = [name, Variant, Profile, set, only];
        return string.Join('-', parts.OfType<string>());
    }

    /// <summary>Root folder for the results of jobs, shared by all experiments, profiles and variants.</summary>
    public string CacheFolder => Path.GetFullPath(Cache ?? Path.Combine(ResultsRoot, "cache"));

    private static string FindResults(string file)
    {
        string folder = Path.GetDirectoryName(file)!;
        string? project = Path.GetFileName(folder) == ProjectFolder.Experiments ? Path.GetDirectoryName(folder) : null;
        if (project is null && Path.GetFileName(file) == ReportStage.ResolvedFile)
        {
            // The file of a finished run lies in its results, in the nearest project: a checkout may itself lie below another "results".
            for (string? above = folder; above is not null && project is null; above = Path.GetDirectoryName(above))
            {
                project = Path.GetFileName(above) == ProjectFolder.Results ? Path.GetDirectoryName(above)
                    : Directory.Exists(Path.Combine(above, ProjectFolder.Experiments)) ? above
                    : null;
            }
        }

        return Path.Combine(project ?? Environment.CurrentDirectory, ProjectFolder.Results);
    }
}
