using System.Globalization;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;
using Spectre.Console;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>Says what a run would do.</summary>
public static class PlanPrinter
{
    /// <summary>Prints jobs, sizes of networks and folders.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="plan">The run.</param>
    /// <param name="output">Folder for tables and figures.</param>
    /// <param name="device">Where networks would run.</param>
    public static void Print(IAnsiConsole console, RunPlan plan, string output, Device device)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(plan);
        console.MarkupLineInterpolated($"[bold]{plan.Experiment.Title}[/] ({plan.Variant}), device {device.ToString()}, seed {plan.Experiment.Seed}");
        console.MarkupLineInterpolated($"results in {output}");
        Table table = new Table().AddColumns("training", "weights", "epochs", "steps", "sampling steps", "state");
        foreach (TrainJob job in plan.Trainings)
        {
            TrainingSettings training = job.Settings.Training;
            long epochs = training.TotalEpochs(job.Budget);
            table.AddRow(
                Markup.Escape(job.Folder.Label),
                Weights(job, plan, device).ToString("N0", CultureInfo.InvariantCulture),
                epochs.ToString("N0", CultureInfo.InvariantCulture),
                (epochs * training.StepsPerEpoch(job.Budget)).ToString("N0", CultureInfo.InvariantCulture),
                string.Join(" ", job.Settings.SweptSteps),
                job.Folder.IsComplete ? "done" : "open");
        }

        console.Write(table);
        int open = plan.Samples.Count(s => !s.Folder.IsComplete);
        console.MarkupLineInterpolated(
            $"{plan.Experiment.Test.DataSets} test sets x {plan.Experiment.Test.Draws} draws at {plan.Samples.Count} settings, {open} of them open");
    }

    private static long Weights(TrainJob job, RunPlan plan, Device device)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(plan.Key);
        Tensor theta = plan.Task.SamplePrior(8, random);
        using Simulations example = new(theta, plan.Task.Simulate(theta, random));
        using IPosteriorEstimator estimator = EstimatorFactory.Create(
            job, example, new StageContext(plan, device, CancellationToken.None));
        return estimator.Network.parameters().Sum(p => p.numel());
    }
}
