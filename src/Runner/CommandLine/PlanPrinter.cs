using System.Globalization;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using Spectre.Console;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>Says what a run would do.</summary>
public static class PlanPrinter
{
    private const double MostToBuild = 2e7;

    /// <summary>Prints jobs, sizes of networks and folders.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="plan">The run.</param>
    /// <param name="output">Folder for tables and figures.</param>
    /// <param name="device">Where networks would run.</param>
    public static void Print(IAnsiConsole console, RunPlan plan, string output, Device device)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(plan);
        console.MarkupLineInterpolated(
            $"[bold]{plan.Experiment.Title}[/] ({plan.Variant}), device {device.ToString()}, seed {plan.Experiment.Seed}"
        );
        console.MarkupLineInterpolated($"results in {output}");
        Table table = new Table().AddColumns("training", "weights", "epochs", "steps", "sampling steps", "state");

        // A network is the same at every budget, and its initial weights take time.
        Dictionary<string, string> weights = plan
            .Trainings.DistinctBy(j => j.Contender)
            .ToDictionary(j => j.Contender, j => WeightsOf(j, plan, device));
        foreach (TrainJob job in plan.Trainings)
        {
            TrainingSettings training = job.Settings.Training;
            table.AddRow(
                Markup.Escape(job.Folder.Label),
                weights[job.Contender],
                training.TotalEpochs(job.Budget).ToString("N0", CultureInfo.InvariantCulture),
                training.TotalSteps(job.Budget).ToString("N0", CultureInfo.InvariantCulture),
                string.Join(" ", plan.StepsOf(job)),
                StateOf(job));
        }

        console.Write(table);
        int open = plan.Samples.Count(s => !s.Folder.IsComplete);
        TestSettings test = plan.Experiment.Test;
        console.MarkupLineInterpolated(
            $"{test.DataSets} test sets x {test.Draws} draws at {plan.Samples.Count} settings, {open} of them open");
        PrintCost(console, plan, open);
    }

    /// <summary>Prints jobs with their states.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="output">Folder for tables and figures.</param>
    public static void Print(IAnsiConsole console, IEnumerable<IJob> jobs, string output)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(jobs);
        console.MarkupLineInterpolated($"results in {output}");
        Table table = new Table().AddColumns("stage", "job", "state");
        foreach (IJob job in jobs)
        {
            table.AddRow(job.Folder.Stage, Markup.Escape(job.Folder.Label), StateOf(job));
        }

        console.Write(table);
    }

    private static string StateOf(IJob job) =>
        job.Folder.IsComplete ? "done"
        : job.Folder.Failure is not null ? "failed"
        : job.Folder.IsBegun ? "begun"
        : "open";

    // Time and memory as the trainings that are done tell them: what a step takes on this machine, nobody knows before.
    private static void PrintCost(IAnsiConsole console, RunPlan plan, int open)
    {
        Dictionary<string, TrainJob[]> done = plan.Trainings.Where(j => j.Folder.IsComplete).GroupBy(j => j.Contender)
            .ToDictionary(g => g.Key, g => g.ToArray());
        TrainJob[] toDo = [.. plan.Trainings.Where(j => !j.Folder.IsComplete)];
        TrainJob[] known = [.. toDo.Where(j => done.ContainsKey(j.Contender))];
        if (known.Length > 0)
        {
            double seconds = known.Sum(j => StepsOf(j) * done[j.Contender].Sum(d => d.Folder.Seconds) / done[j.Contender].Sum(StepsOf));
            long memory = known.SelectMany(j => done[j.Contender]).Max(d => d.Folder.Origin?.PeakMemoryBytes ?? 0);
            string time = Durations.Format(TimeSpan.FromSeconds(seconds));
            console.MarkupLineInterpolated(
                $"{known.Length} of {toDo.Length} open trainings: about {time} of one core in all, and {Gigabytes(memory)} of memory each");
        }
        else if (toDo.Length > 0)
        {
            console.MarkupLineInterpolated($"how long the open trainings take is told when one of each contender is done");
        }

        if (open > 0)
        {
            TestSettings test = plan.Experiment.Test;
            double bytes = (double)open * test.DataSets * test.Draws * plan.Task.ParameterNames.Count * sizeof(float);
            console.MarkupLineInterpolated($"disk: about {Gigabytes(bytes)} for the open draws, in the cache");
        }
    }

    private static double StepsOf(TrainJob job) => job.Settings.Training.TotalSteps(job.Budget);

    private static string Gigabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB");

    // Looking at a file must not take the memory of what it asks for: a large network is not built to count its weights.
    private static string WeightsOf(TrainJob job, RunPlan plan, Device device) =>
        plan.Task.Description.StartsPrograms && !job.Simulate.Folder.IsComplete ? "?"
        : DenseWeights(job, plan) is > MostToBuild and var many
        ? string.Create(CultureInfo.InvariantCulture, $"about {many:N0}")
        : Weights(job, plan, device).ToString("N0", CultureInfo.InvariantCulture);

    private static double DenseWeights(TrainJob job, RunPlan plan) => job.Settings.RoughWeights + plan.Experiment.Summary.RoughWeights;

    private static long Weights(TrainJob job, RunPlan plan, Device device)
    {
        using IDisposable scope = NewDisposeScope();
        using Simulations example = Example(job, plan);
        using IPosteriorEstimator estimator = EstimatorFactory.CreateLike(job.Design, example, device);
        return estimator.Network.parameters().Sum(p => p.numel());
    }

    private static Simulations Example(TrainJob job, RunPlan plan)
    {
        if (plan.Task.Description.StartsPrograms)
        {
            using Simulations training = EstimatorFactory.TrainingSet(job);
            using Simulations first = training.Take(1);
            return new Simulations(first.Theta.clone(), first.X.Map(part => part.clone()));
        }

        if (plan.Task.Description.Stored is IStoredPairs stored)
        {
            (Tensor pairs, Observation x) = stored.First(DataSplit.Training, 1, _ => { });
            return new Simulations(pairs, x);
        }

        using RandomSource random = new(plan.Key);
        // Parameters that are data need not be there for a plan to be printed.
        Tensor theta = plan.Task.Description.Data is null
            ? plan.Task.SamplePrior(8, random)
            : zeros(8, plan.Task.ParameterNames.Count);
        return new Simulations(theta, plan.Task.Simulate(theta, random));
    }
}
