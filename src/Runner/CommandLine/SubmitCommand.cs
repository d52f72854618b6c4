using System.Globalization;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Engines;
using Reproduce.Runner.Pipeline;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Hands the jobs of an experiment to a cluster.</summary>
public static class SubmitCommand
{
    /// <summary>The engine that runs the jobs on this machine.</summary>
    public const string Local = "local";

    /// <summary>The folder of the other engines below the configurations: each is a file.</summary>
    public const string Group = "engines";

    /// <summary>Prints what the jobs take and submits them.</summary>
    /// <param name="request">What the command line asks for.</param>
    /// <param name="engine">Name of a file in configs/engines.</param>
    /// <param name="dryRun">Print and stop.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public static int Run(RunRequest request, string engine, bool dryRun)
    {
        ArgumentNullException.ThrowIfNull(request);
        SlurmSettings settings = Load(request.ExperimentFile, engine);
        RunSetup setup = RunSetup.ForElsewhere(request, settings.ShardRows);
        int size = settings.MaxArraySize ?? SlurmClient.MaxArraySize();
        IReadOnlyList<JobArray> arrays = WorkGraph.Of(setup.Plan, settings, size);
        IAnsiConsole console = AnsiConsole.Console;
        Experiment experiment = setup.Plan.Experiment;
        console.MarkupLineInterpolated(
            $"[bold]{experiment.Title}[/] ({setup.Plan.Variant}) on {engine}, device {setup.Plan.Scope.Device}, seed {experiment.Seed}");
        Print(console, new CapacityPlan(setup.Plan, arrays));
        if (dryRun)
        {
            return ExitCodes.Success;
        }

        FolderOption.Make("--out", setup.Output);
        FolderOption.Make("--cache", request.CacheFolder);
        Submission submission = Submission.Create(setup.Output, setup.Request, YamlWriter.Write(setup.Tree));
        submission.WriteJobs(arrays);
        console.MarkupLineInterpolated($"submission: {submission.Folder}");
        Submit(console, setup, settings, submission, arrays);
        console.MarkupLineInterpolated($"how it goes: status {submission.Folder}");
        return ExitCodes.Success;
    }

    private static SlurmSettings Load(string experimentFile, string engine)
    {
        string working = Environment.CurrentDirectory;
        string[] folders =
        [
            .. new[] { Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(experimentFile))) ?? working, working }
                .Select(f => Path.Combine(f, ProjectFolder.Configs)),
        ];
        string[] names = [.. folders.Where(Directory.Exists).SelectMany(f => SharedFile.NamesIn(f, Group)).Distinct()];
        string? file = folders.Select(f => Path.Combine(f, Group, engine + ProjectFolder.Ending))
            .FirstOrDefault(f => names.Contains(engine) && File.Exists(f));
        return file is not null
            ? YamlBinder.Bind<SlurmSettings>(YamlReader.Load(file, Path.GetRelativePath(working, file)), SettingKinds.All)
            : throw new ConfigurationException(
                $"--engine {engine}: {ProjectFolder.Configs}/{Group} has no such file{Names.DidYouMean(engine, [.. names, Local])} "
                    + $"Engines: {string.Join(", ", names.Prepend(Local))}.");
    }

    private static void Submit(
        IAnsiConsole console, RunSetup setup, SlurmSettings settings, Submission submission, IReadOnlyList<JobArray> arrays)
    {
        WorkerArguments worker = new(
            submission.ResolvedFile,
            setup.Plan.Variant,
            setup.Request.CacheFolder,
            setup.Request.CheckpointSeconds,
            setup.Request.ShardRows);
        string[] runJob = [WorkerArguments.Verb, submission.ResolvedFile, SlurmScript.Hashes, .. worker.Options()];
        string[] collect = [CollectCommand.Verb, submission.Folder];
        string[] scripts =
        [
            .. arrays.Select(array => submission.WriteScript(array.Name, SlurmScript.Text(
                array,
                settings,
                setup.Plan.Experiment.Name,
                submission.Folder,
                JobProcess.Program(),
                array.Stage == SubmissionStages.Collect ? collect : runJob))),
        ];
        Dictionary<string, string> ids = [];
        try
        {
            foreach ((JobArray array, string script) in arrays.Zip(scripts))
            {
                ids[array.Name] = SlurmClient.Submit(script, array.Dependency(ids));
                submission.WriteIds(ids);
                console.MarkupLineInterpolated($"{array.Name}: {array.Elements.Count} elements, job {ids[array.Name]}");
            }
        }
        catch (IOException e) when (ids.Count > 0)
        {
            string all = string.Join(' ', ids.Values);
            throw new IOException($"{e.Message} What was submitted before waits or runs; it is ended by scancel {all}", e);
        }
    }

    private static void Print(IAnsiConsole console, CapacityPlan capacity)
    {
        Table table = new Table().AddColumns(
            "stage", "elements", "open jobs", "cores", "core hours", "longest, hours", "memory each", "disk");
        foreach (StageCapacity stage in capacity.Stages)
        {
            bool known = stage.Unknown < stage.Jobs;
            table.AddRow(
                stage.Stage,
                Count(stage.Elements),
                Count(stage.Jobs) + (stage.Unknown > 0 && known ? $" ({Count(stage.Unknown)} unknown)" : ""),
                Count(stage.Cpus),
                known ? Number(stage.CoreHours) : "?",
                known ? Number(stage.LongestHours) : "?",
                stage.MemoryBytes > 0 ? Gigabytes(stage.MemoryBytes) : "?",
                known ? Gigabytes(stage.DiskBytes) : "?");
        }

        console.Write(table);
        console.WriteLine(capacity.Measured > 0
            ? $"longest chain: {Number(capacity.LongestChainHours)} hours; all in proportion to {capacity.Measured} finished jobs"
            : "longest chain: unknown; nothing is finished yet that it could be told from");
    }

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double hours) => hours.ToString(hours < 10 ? "0.00" : "N0", CultureInfo.InvariantCulture);

    private static string Gigabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB");
}
