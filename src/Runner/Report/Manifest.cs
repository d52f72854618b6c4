using System.Text.Json;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Report;

/// <summary>Where, when and how a run was made.</summary>
public sealed record Manifest
{
    /// <summary>Name of the file in a folder of results.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The command line that repeats the run.</summary>
    public required string Command { get; init; }

    /// <summary>What the command changed of the experiment file, for a reader; null in files of before it was recorded.</summary>
    public string? Scale { get; init; }

    /// <summary>The profile that shrank the experiment; null at the paper's scale.</summary>
    public string? Profile { get; init; }

    /// <summary>UTC time at which the run was finished.</summary>
    public required string Finished { get; init; }

    /// <summary>
    /// Commit of the program that finished the run, as in <see cref="JobOrigin.ThisSource"/>; <see cref="Origins"/> has those of the jobs.
    /// </summary>
    public required string GitCommit { get; init; }

    /// <summary>The processor as the system names it.</summary>
    public required string Processor { get; init; }

    /// <summary>Its cores.</summary>
    public required int Cores { get; init; }

    /// <summary>Bits of the widest vectors that the code used; null in files of before it was recorded.</summary>
    public int? VectorBits { get; init; }

    /// <summary>Operating system.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>.NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Versions of the packages that compute.</summary>
    public required Dictionary<string, string> Packages { get; init; }

    /// <summary>Where networks ran.</summary>
    public required string Device { get; init; }

    /// <summary>Threads for sampling and scoring; trainings have one each.</summary>
    public required int Threads { get; init; }

    /// <summary>The master seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Wall time of the run, seconds, since it was last started.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Wall time of each stage of the run, seconds, since it was last started.</summary>
    public required Dictionary<string, double> StageWallSeconds { get; init; }

    /// <summary>Sum of the times of all jobs by stage, whenever they were done, seconds.</summary>
    public required Dictionary<string, double> JobSeconds { get; init; }

    /// <summary>The largest memory of the run's own process (child processes apart), bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Where the jobs were computed, whenever that was.</summary>
    public IReadOnlyList<StageOrigin> Origins { get; init; } = [];

    /// <summary>UTC time and commit of a report that was written later, without computing anything; null when the run wrote it.</summary>
    public string? ReportWritten { get; init; }

    /// <summary>
    /// Simulations that failed and were replaced, those of the runs whose numbers were kept included; with the cache gone, nothing else
    /// says so.
    /// </summary>
    public IReadOnlyList<string> FailedSimulations { get; init; } = [];

    /// <summary>A digest of each setting that decides the report's numbers, those that were kept included.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The runs before, whose numbers at other settings the report has kept; the oldest first.</summary>
    public IReadOnlyList<Manifest> Earlier { get; init; } = [];

    /// <summary>Gathers the facts.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="context">Where its jobs ran.</param>
    /// <param name="times">What they took.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="earlier">The report that this one adds to, or null.</param>
    /// <param name="last">The manifest in the folder, whose report this one replaces, or null.</param>
    public static Manifest Gather(
        RunPlan plan, JobContext context, RunTimes times, RunRequest request, EarlierResults? earlier, Manifest? last)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(request);
        string command = CommandOf(request, plan.Experiment);
        JobOrigin here = JobOrigin.Here();
        // A run that computed nothing has only written the report of an earlier one anew: time, machine and memory are that one's.
        Manifest manifest = times.Stages.Count == 0 && last?.Command == command
            ? last with { ReportWritten = $"{here.Finished}, source {here.Source}" }
            : new Manifest
            {
                Command = command,
                Finished = here.Finished,
                GitCommit = here.Source,
                Processor = here.Processor,
                Cores = here.Cores,
                VectorBits = JobOrigin.ThisVectorBits(),
                OperatingSystem = here.OperatingSystem,
                Runtime = here.Runtime,
                Packages = new Dictionary<string, string>
                {
                    ["TorchSharp"] = here.TorchSharp,
                    ["ScottPlot"] = JobOrigin.VersionOf(typeof(ScottPlot.Plot)),
                    ["YamlDotNet"] = JobOrigin.VersionOf(typeof(YamlDotNet.Core.Parser)),
                },
                Device = context.Device.ToString(),
                Threads = context.Threads,
                Seed = plan.Experiment.Seed,
                WallSeconds = Math.Round(times.Elapsed.TotalSeconds, 1),
                StageWallSeconds = times.Stages.ToDictionary(s => s.Stage, s => Math.Round(s.Time.TotalSeconds, 1)),
                JobSeconds = [],
                PeakMemoryBytes = here.PeakMemoryBytes,
            };
        return manifest with
        {
            Scale = ScaleOf(request, plan),
            Profile = request.Profile,
            JobSeconds = plan
                .Jobs.Select(j => j.Folder)
                .Where(f => f.IsComplete)
                .GroupBy(f => f.Stage)
                .ToDictionary(g => g.Key, g => Math.Round(g.Sum(f => f.Seconds), 1)),
            Origins = StageOrigin.Of(plan),
            FailedSimulations =
            [
                .. plan.Simulations.Select(s => s.Folder)
                    .Append(plan.TestSet.Folder)
                    .SelectMany(folder => FailedSimulationsFile.Shown(FailedSimulationsFile.Read(folder)))
                    .Union(earlier?.Manifest.FailedSimulations ?? []),
            ],
            Settings = DecidingSettings.Merge(DecidingSettings.Of(plan.Experiment, plan.LeftOut), earlier?.Settings),
            // The same command, repeated, is the same run.
            Earlier = earlier is null
                ? []
                : [.. earlier.Manifest.Earlier.Append(earlier.Manifest.Alone()).Where(m => m.Command != command)],
        };
    }

    /// <summary>What a request changes of the experiment file, for a reader.</summary>
    /// <param name="request">The request.</param>
    /// <param name="plan">Its plan: a problem of a user's is in no paper.</param>
    public static string ScaleOf(RunRequest request, RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(plan);
        string?[] changes =
        [
            request.Profile is null ? null : $"profile '{request.Profile}'", .. request.Settings,
            request.Only.Count > 0 ? $"only {string.Join(", ", request.Only)}" : null,
        ];
        string scale = string.Join(", ", changes.OfType<string>());
        return scale.Length > 0 ? scale : plan.Task.Description.ShowsContraction ? "the file's" : "the paper's";
    }

    /// <summary>Writes the manifest as JSON.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => WholeFile.WriteText(path, JsonSerializer.Serialize(this, s_json) + "\n");

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MalformedTableException">The file is not a manifest.</exception>
    public static Manifest Read(string path) => JsonResultsFile.Read<Manifest>(path, s_json);

    // Of a run before, the page wants to know how it was made; the rest is merged into the report's.
    private Manifest Alone() => this with { Earlier = [], FailedSimulations = [], Settings = new Dictionary<string, string>() };

    private static string CommandOf(RunRequest request, Experiment experiment)
    {
        string file = Quoted(FromProject(request.ExperimentFile));
        string profile = request.Profile is null ? "" : $" --profile {request.Profile}";
        string variant = request.Variant is null ? "" : $" --variant {request.Variant}";
        string sets = string.Concat(request.Settings.Select(s => $" --set {Quoted(s)}"));
        string only = request.Only.Count > 0 ? $" --only {string.Join(' ', request.Only)}" : "";
        return $"dotnet run -c Release -- {file}{profile}{variant}{sets}{only}{(request.Keep ? " --keep" : "")}{Output()}";

        string Output() =>
            request.OutputFolder(experiment) == (request with { Output = null }).OutputFolder(experiment)
                ? ""
                : $" --out {Quoted(FromProject(request.Output!))}";

        string FromProject(string path) =>
            Path.GetRelativePath(Path.GetDirectoryName(request.ResultsRoot)!, Path.GetFullPath(path)).Replace('\\', '/');
    }

    // A shell would take an open tilde for a home folder, and some of them an open bracket for a pattern of file names.
    private static string Quoted(string setting) =>
        setting.All(c => char.IsAsciiLetterOrDigit(c) || "._-=,:/".Contains(c, StringComparison.Ordinal)) ? setting : $"\"{setting}\"";
}
