using System.Globalization;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Display;
using Reproduce.Runner.Plan;

namespace Reproduce.Runner.Report;

/// <summary>What the report's page says of how its numbers were made.</summary>
internal static class ReportFacts
{
    /// <summary>The facts, in the page's order.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="budgets">The budgets in the report.</param>
    public static List<(string Name, string Value)> Of(RunPlan plan, Manifest manifest, RunRequest request, int[] budgets)
    {
        Experiment experiment = plan.Experiment;
        string?[] changes = [request.Profile is null ? null : $"profile '{request.Profile}'", .. request.Settings, Only(request)];
        string scale = changes.OfType<string>().Any() ? string.Join(", ", changes.OfType<string>()) : "the paper's";
        return
        [
            ("Command", $"`{manifest.Command}`"),
            ("Scale", scale),
            ("Simulations", string.Join(", ", budgets.Order())),
            ("Test", $"{experiment.Test.DataSets} data sets x {experiment.Test.Draws} draws"),
            ("Trainings per contender", experiment.Replicates.ToString(CultureInfo.InvariantCulture)),
            ("Machine", Machine(manifest)),
            ("Device", $"{manifest.Device}; {manifest.Threads} threads for sampling and scoring, one for each training"),
            ("Versions", Versions(manifest)),
            ("Seed", manifest.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Time of all jobs", Times(manifest)),
            .. manifest.Earlier.Select(m => ("Kept from before", $"`{m.Command}`, {m.Finished}; {Machine(m)}; {Versions(m)}; {Times(m)}")),
        ];
    }

    private static string? Only(RunRequest request) => request.Only.Count > 0 ? $"only {string.Join(", ", request.Only)}" : null;

    private static string Machine(Manifest m) => $"{m.Processor}, {m.Cores} cores, {m.OperatingSystem}";

    private static string Versions(Manifest m) => $"{m.Runtime}, TorchSharp {m.Packages["TorchSharp"]}, source {m.GitCommit}";

    private static string Times(Manifest m)
    {
        string stages = string.Join(", ", m.JobSeconds.Select(s => $"{s.Key} {Durations.Format(TimeSpan.FromSeconds(s.Value))}"));
        return $"{Durations.Format(TimeSpan.FromSeconds(m.JobSeconds.Values.Sum()))} ({stages})";
    }
}
