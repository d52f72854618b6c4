using System.Globalization;
using Reproduce.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.CommandLine;

/// <summary>Shows what the cache of jobs holds, and removes what nobody wants.</summary>
public static class CacheCommand
{
    // As hashes have them.
    private static readonly string[] s_devices = [nameof(TorchSharp.DeviceType.CPU), nameof(TorchSharp.DeviceType.CUDA)];

    /// <summary>A line for each job: size, state, stage, experiment, name, commit, folder.</summary>
    /// <param name="cache">Root of the cache.</param>
    /// <param name="output">Where to write.</param>
    /// <returns>An exit code.</returns>
    public static int List(string cache, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        IReadOnlyList<CachedJob> jobs = CachedJob.In(cache);
        foreach (CachedJob job in jobs)
        {
            string source = job.Source.Length > 0 ? job.Source : "-", experiment = job.Experiment.Length > 0 ? job.Experiment : "-";
            output.WriteLine(
                $"{Size(job.Bytes),10}  {State(job),-10}  {job.Stage,-9}  {experiment,-12}  {source,-13}  "
                    + $"{Path.GetFileName(job.Path)}  {job.Label}");
        }

        return Total(cache, jobs, output);
    }

    /// <summary>Jobs and bytes of each stage.</summary>
    /// <param name="cache">Root of the cache.</param>
    /// <param name="output">Where to write.</param>
    /// <returns>An exit code.</returns>
    public static int Measure(string cache, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        IReadOnlyList<CachedJob> jobs = CachedJob.In(cache);
        foreach (IGrouping<string, CachedJob> stage in jobs.GroupBy(j => j.Stage))
        {
            output.WriteLine($"{Size(stage.Sum(j => j.Bytes)),10}  {stage.Key,-9}  {Counts([.. stage])}");
        }

        return Total(cache, jobs, output);
    }

    /// <summary>
    /// Removes locks that stopped runs left, and on demand unfinished jobs and those that no experiment of the project asks for.
    /// </summary>
    /// <param name="cache">Root of the cache.</param>
    /// <param name="unfinished">Remove unfinished jobs, from which a run would go on.</param>
    /// <param name="unused">Remove jobs of no experiment, profile or variant in the working folder.</param>
    /// <param name="yes">Remove them; otherwise say what would be removed.</param>
    /// <param name="output">Where to write.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">There are no experiments to tell what is used, or one of them is wrong.</exception>
    public static int Clean(string cache, bool unfinished, bool unused, bool yes, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        IReadOnlyList<string> locks = CachedJob.FreeLocks(cache);
        foreach (string file in locks)
        {
            CachedJob.RemoveLeft(file);
        }

        output.WriteLine($"{locks.Count} locks of stopped runs removed");
        IReadOnlyList<CachedJob> jobs = CachedJob.In(cache);
        HashSet<string> used = unused ? Used(cache) : [];
        CachedJob[] foreign = unused ? [.. jobs.Where(j => !used.Contains(j.Path))] : [];
        CachedJob[] stopped = unfinished ? [.. jobs.Where(j => j.HasWork).Except(foreign)] : [];
        foreach (CachedJob job in foreign.Concat(stopped))
        {
            bool whole = foreign.Contains(job);
            string verb = yes ? "removing" : "would remove";
            output.WriteLine($"{verb} {job.Stage}/{Path.GetFileName(job.Path)}  {Size(job.Bytes)}  {job.Label}");
            if (yes && !job.RemoveWork())
            {
                output.WriteLine("  a process works on it: left");
            }
            else if (yes && whole)
            {
                job.RemoveResult();
            }
        }

        if (!yes && foreign.Length + stopped.Length > 0)
        {
            output.WriteLine($"{Size(foreign.Concat(stopped).Sum(j => j.Bytes))} in all; add --yes to remove it");
        }

        return ExitCodes.Success;
    }

    // The folders of every job that the experiments of the working folder ask for, in every profile and variant.
    private static HashSet<string> Used(string cache)
    {
        IReadOnlyList<string> files = ProjectFolder.ExperimentFiles(below: true);
        if (files.Count == 0)
        {
            throw new ConfigurationException(
                $"--unused: expected the project's folder, with '{ProjectFolder.Experiments}', as the working folder.");
        }

        return
        [
            .. from file in files
               let name = new RunRequest { ExperimentFile = file }.Load().Experiment.Name
               from profile in Names(ExperimentFiles.Profiles, name)
               from variant in Names(ExperimentFiles.Variants, name)
               let experiment = new RunRequest { ExperimentFile = file, Profile = profile, Variant = variant }.Load().Experiment
               from device in s_devices
               from job in Jobs(new RunPlan(experiment, variant ?? Reporting.Measurement.PaperVariant, cache, device))
               select job.Folder.Path,
        ];
    }

    private static IEnumerable<IJob> Jobs(RunPlan plan) => plan.Task.Description.Likelihood is null
        ? plan.Jobs
        : plan.Jobs.Concat(new DensityPlan(plan, new DensitySettings()).Jobs);

    private static IEnumerable<string?> Names(string group, string experiment) =>
        SharedFile.In(ProjectFolder.Configs, group).Where(f => f.IsFor(experiment)).Select(f => f.Name).Prepend(null);

    private static int Total(string cache, IReadOnlyList<CachedJob> jobs, TextWriter output)
    {
        output.WriteLine($"{Size(jobs.Sum(j => j.Bytes)),10}  {Counts(jobs)} in {cache}");
        return ExitCodes.Success;
    }

    private static string Counts(IReadOnlyList<CachedJob> jobs)
    {
        int work = jobs.Count(j => j.HasWork);
        return $"{jobs.Count(j => j.IsDone)} done" + (work > 0 ? $", {work} unfinished" : "");
    }

    private static string State(CachedJob job) => job.HasWork ? "unfinished" : job.IsDone ? "done" : "failed";

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
