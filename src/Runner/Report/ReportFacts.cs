using System.Globalization;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Report;

/// <summary>What the report's page says of how its numbers were made.</summary>
internal static class ReportFacts
{
    /// <summary>The facts, in the page's order.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="budgets">The budgets in the report.</param>
    /// <param name="replicates">How many trainings each contender has at a budget.</param>
    public static List<(string Name, string Value)> Of(RunPlan plan, Manifest manifest, int[] budgets, Func<int, int[]> replicates)
    {
        Experiment experiment = plan.Experiment;
        return
        [
            ("Command", $"`{manifest.Command}`"),
            .. manifest.Scale is string scale ? [("Scale", scale)] : Array.Empty<(string, string)>(),
            ("Simulations", string.Join(", ", budgets)),
            ("Test", $"{experiment.Test.DataSets} data sets x {experiment.Test.Draws} draws"),
            ("Training", Training(plan)),
            ("Trainings per contender", Replicates(budgets, replicates)),
            ("Machine", Machine(manifest)),
            ("Device", $"{manifest.Device}; {manifest.Threads} threads for sampling and scoring, one for each training"),
            ("Versions", Versions(manifest)),
            ("Seed", manifest.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Time of all jobs", Times(manifest)),
            .. StageOrigin.DoubtsOfTimes(manifest.Origins) is string doubts
                ? [("Times of drawing", doubts)]
                : Array.Empty<(string, string)>(),
            .. Memory(manifest) is string memory ? [("Memory", memory)] : Array.Empty<(string, string)>(),
            .. manifest.Earlier.Select(m => ("Kept from before", $"`{m.Command}`, {m.Finished}; {Machine(m)}; {Versions(m)}; {Times(m)}")),
            .. manifest.ReportWritten is string written ? [("Report", $"written anew on {written}")] : Array.Empty<(string, string)>(),
        ];
    }

    // As many as there are at each budget, where the budgets differ.
    private static string Replicates(int[] budgets, Func<int, int[]> replicates)
    {
        IGrouping<string, int>[] same = [.. budgets.GroupBy(b => Count(replicates(b)))];
        return same.Length == 1
            ? same[0].Key
            : string.Join(
                "; ",
                same.Select(g => $"{g.Key} with {string.Join(", ", g.Select(b => b.ToString(CultureInfo.InvariantCulture)))} simulations")
            );

        static string Count(int[] trainings) =>
            trainings.Length == 0 ? "none"
            : trainings.Min() == trainings.Max() ? trainings[0].ToString(CultureInfo.InvariantCulture)
            : $"{trainings.Min()} to {trainings.Max()}";
    }

    // How long each contender was trained, which a profile changes.
    private static string Training(RunPlan plan)
    {
        IGrouping<string, TrainJob>[] lengths = [.. plan.Trainings.Where(t => t.Replicate == 0).GroupBy(Length)];
        return lengths.Length == 1 ? lengths[0].Key : string.Join("; ", lengths.Select(g => $"{g.Key} ({Names(g)})"));

        string Names(IGrouping<string, TrainJob> same) => string.Join(", ", same.GroupBy(t => t.Contender).Select(c =>
            c.Count() == plan.Trainings.Count(t => t.Replicate == 0 && t.Contender == c.Key)
                ? c.Key
                : $"{c.Key} with {string.Join(", ", c.Select(t => t.Budget.ToString(CultureInfo.InvariantCulture)))}"));
    }

    private static string Length(TrainJob job)
    {
        TrainingSettings training = job.Settings.Training;
        string length = training.Steps is int steps
            ? $"{Number(steps)} optimiser steps"
            : $"{Number(training.TotalEpochs(job.Budget))} epochs";
        string kept = training.HeldOut is double share
            ? string.Create(CultureInfo.InvariantCulture, $", weights of the least loss on the {100 * share:0.##} % held out")
            : "";
        string patience = training.Patience is int epochs ? $", at most {Number(epochs)} epochs behind it" : "";
        return $"{length}, batches of {Number(training.BatchSize)}{kept}{patience}";
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    // A training has a process of its own; the others share the run's.
    private static string? Memory(Manifest m)
    {
        (string Stage, double Gigabytes)[] peaks =
        [
            .. m.Origins.GroupBy(o => o.Stage).Select(g => (g.Key, g.Max(o => o.PeakMemoryBytes) / 1e9)).Where(p => p.Item2 > 0),
        ];
        return peaks.Length == 0
            ? null
            : "at most "
                + string.Join(", ", peaks.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Stage} {p.Gigabytes:0.0#} GB")));
    }

    private static string Machine(Manifest m) =>
        m.Origins.Count > 0 ? StageOrigin.Say(m.Origins, o => o.Machine) : $"{m.Processor}, {m.Cores} cores, {m.OperatingSystem}";

    private static string Versions(Manifest m) => m.Origins.Count > 0
        ? $"{StageOrigin.Say(m.Origins, o => o.Versions)}; source {StageOrigin.Say(m.Origins, o => o.Source)}"
        : $"{m.Runtime}, TorchSharp {m.Packages["TorchSharp"]}, source {m.GitCommit}";

    private static string Times(Manifest m)
    {
        string stages = string.Join(", ", m.JobSeconds.Select(s => $"{s.Key} {Durations.Format(TimeSpan.FromSeconds(s.Value))}"));
        return $"{Durations.Format(TimeSpan.FromSeconds(m.JobSeconds.Values.Sum()))} ({stages})";
    }
}
