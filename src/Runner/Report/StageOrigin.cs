using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Report;

/// <summary>Jobs of a stage that were computed by the same program on the same machine.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Jobs">How many.</param>
/// <param name="Source">Commit of the program, as in <see cref="JobOrigin.ThisSource"/>.</param>
/// <param name="Machine">Processor, cores and operating system.</param>
/// <param name="Versions">Runtime and TorchSharp.</param>
/// <param name="LastFinished">UTC time of the last of them.</param>
/// <param name="PeakMemoryBytes">The largest memory of a process that computed them, bytes.</param>
/// <param name="IsShared">Whether they were computed on nodes of a cluster that others may have worked on.</param>
public sealed record StageOrigin(
    string Stage,
    int Jobs,
    string Source,
    string Machine,
    string Versions,
    string LastFinished,
    long PeakMemoryBytes,
    bool IsShared = false
)
{
    private const string TimedStage = "sample";
    private const string NotRecorded = "not recorded";

    /// <summary>The origins of a plan's finished jobs, by stage; jobs of before origins were recorded say so.</summary>
    /// <param name="plan">The run.</param>
    public static StageOrigin[] Of(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return
        [
            .. from folder in plan.Jobs.Select(j => j.Folder)
            where folder.IsComplete
            let origin = folder.Origin
            group origin by (
                folder.Stage,
                Source: origin?.Source ?? NotRecorded,
                Machine: origin?.Machine ?? NotRecorded,
                Versions: origin?.Versions ?? NotRecorded,
                IsShared: origin?.IsShared == true
            ) into same
            select new StageOrigin(
                same.Key.Stage,
                same.Count(),
                same.Key.Source,
                same.Key.Machine,
                same.Key.Versions,
                same.Max(o => o?.Finished) ?? NotRecorded,
                same.Max(o => o?.PeakMemoryBytes ?? 0),
                same.Key.IsShared
            ),
        ];
    }

    /// <summary>
    /// What is to be said of the times of draws: those of different machines cannot be compared, those of shared ones hardly.
    /// </summary>
    /// <param name="origins">The origins.</param>
    /// <returns>A sentence without its end, or null when there is nothing to say.</returns>
    public static string? DoubtsOfTimes(IReadOnlyList<StageOrigin> origins)
    {
        StageOrigin[] timed = [.. origins.Where(o => o.Stage == TimedStage)];
        string[] machines = [.. timed.Select(o => o.Machine).Distinct(StringComparer.Ordinal)];
        return machines.Length > 1 ? $"not to be compared with one another: they are from {string.Join(" and from ", machines)}"
            : timed.Any(o => o.IsShared) ? "rough: they are from nodes of a cluster on which others may have worked"
            : null;
    }

    /// <summary>A property of the origins for a reader: once when all have the same, else with the stages behind each.</summary>
    /// <param name="origins">The origins.</param>
    /// <param name="property">The property.</param>
    public static string Say(IReadOnlyList<StageOrigin> origins, Func<StageOrigin, string> property)
    {
        IGrouping<string, StageOrigin>[] values = [.. origins.GroupBy(property)];
        return values.Length == 1
            ? values[0].Key
            : string.Join("; ", values.Select(v => $"{v.Key} ({string.Join(", ", v.Select(o => o.Stage).Distinct())})"));
    }
}
