using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Reproduce.Reporting;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;
using TorchSharp;

namespace Reproduce.Runner.Report;

/// <summary>Where, when and how a run was made.</summary>
public sealed record Manifest
{
    /// <summary>Name of the file in a folder of results.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The command line that repeats the run.</summary>
    public required string Command { get; init; }

    /// <summary>UTC time of the report.</summary>
    public required string Finished { get; init; }

    /// <summary>Commit of the source, or "unknown" outside a checkout; "+" behind it when files were changed.</summary>
    public required string GitCommit { get; init; }

    /// <summary>The processor as the system names it.</summary>
    public required string Processor { get; init; }

    /// <summary>Its cores.</summary>
    public required int Cores { get; init; }

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

    /// <summary>Wall time of this run, seconds; small when everything was there already.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Wall time of each stage of this run, seconds.</summary>
    public required Dictionary<string, double> StageWallSeconds { get; init; }

    /// <summary>Sum of the times of all jobs by stage, whenever they were done, seconds.</summary>
    public required Dictionary<string, double> JobSeconds { get; init; }

    /// <summary>The largest memory of this process (child processes apart), bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>The runs before, whose numbers at other settings the report has kept; the oldest first.</summary>
    public IReadOnlyList<Manifest> Earlier { get; init; } = [];

    /// <summary>Gathers the facts.</summary>
    /// <param name="context">The run.</param>
    /// <param name="run">Its stages.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="earlier">The manifest of the report that this one adds to, or null.</param>
    /// <param name="elapsed">Wall time.</param>
    public static Manifest Gather(StageContext context, ExperimentRun run, RunRequest request, Manifest? earlier, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(request);
        RunPlan plan = context.Plan;
        return new Manifest
        {
            Command = CommandOf(request),
            Finished = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture),
            GitCommit = FindCommit(),
            Processor = ProcessorName(),
            Cores = Environment.ProcessorCount,
            OperatingSystem = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
            Packages = new Dictionary<string, string>
            {
                ["TorchSharp"] = VersionOf(typeof(torch)),
                ["ScottPlot"] = VersionOf(typeof(ScottPlot.Plot)),
                ["YamlDotNet"] = VersionOf(typeof(YamlDotNet.Core.Parser)),
            },
            Device = context.Device.ToString(),
            Threads = context.Threads,
            Seed = plan.Experiment.Seed,
            WallSeconds = Math.Round(elapsed.TotalSeconds, 1),
            StageWallSeconds = run.StageTimes.ToDictionary(s => s.Stage, s => Math.Round(s.Time.TotalSeconds, 1)),
            JobSeconds = JobTimes(plan),
            PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            // The same command, repeated, is the same run.
            Earlier = earlier is null ? [] : [.. earlier.Earlier.Append(earlier with { Earlier = [] }).Where(m => m.Command != CommandOf(request))],
        };
    }

    /// <summary>Writes the manifest as JSON.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => FileSizeLimit.WriteText(path, JsonSerializer.Serialize(this, s_json) + "\n");

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is not a manifest.</exception>
    public static Manifest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Manifest>(File.ReadAllText(path), s_json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: expected the manifest of a run: {e.Message}", e);
        }
    }

    private static Dictionary<string, double> JobTimes(RunPlan plan)
    {
        IEnumerable<Storage.StageFolder> folders =
        [
            plan.Simulate.Folder, plan.TestSet.Folder,
            .. plan.Reference is null ? Array.Empty<Storage.StageFolder>() : [plan.Reference.Folder],
            .. plan.Trainings.Select(t => t.Folder), .. plan.Samples.Select(s => s.Folder), .. plan.Scores.Select(s => s.Folder),
        ];
        return folders.Where(f => f.IsComplete).GroupBy(f => f.Stage).ToDictionary(g => g.Key, g => Math.Round(g.Sum(f => f.Seconds), 1));
    }

    private static string CommandOf(RunRequest request)
    {
        string file = Path.GetRelativePath(Path.GetDirectoryName(request.ResultsRoot)!, Path.GetFullPath(request.ExperimentFile)).Replace('\\', '/');
        string profile = request.Profile is null ? "" : $" --profile {request.Profile}";
        string variant = request.Variant is null ? "" : $" --variant {request.Variant}";
        string sets = string.Concat(request.Settings.Select(s => $" --set {Quoted(s)}"));
        string only = request.Only.Count > 0 ? $" --only {string.Join(' ', request.Only)}" : "";
        return $"dotnet run -c Release -- {file}{profile}{variant}{sets}{only}{(request.Keep ? " --keep" : "")}";
    }

    // A shell would take an open tilde for a home folder, and some of them an open bracket for a pattern of file names.
    private static string Quoted(string setting) =>
        setting.All(c => char.IsAsciiLetterOrDigit(c) || "._-=,:/".Contains(c, StringComparison.Ordinal)) ? setting : $"\"{setting}\"";

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";

    /// <summary>Commit of the source, as in <see cref="GitCommit"/>.</summary>
    public static string FindCommit()
    {
        string commit = Git("rev-parse", "--short=12", "HEAD");
        return commit.Length == 0 ? "unknown" : commit + (Git("status", "--porcelain", "--", "src", "experiments", "configs").Length > 0 ? "+" : "");
    }

    private static string Git(params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // No git on this machine.
        }
    }

    /// <summary>The processor's name as the system tells it.</summary>
    public static string ProcessorName()
    {
        const string cpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
