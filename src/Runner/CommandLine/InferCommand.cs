using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Runner.Inferring;
using Reproduce.Runner.Pipeline;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// Infers the parameters of observations of the user's, with a training of the experiment's cache or one that is made first.
/// </summary>
public static class InferCommand
{
    /// <summary>Trains what is not trained, and infers.</summary>
    /// <param name="request">The experiment.</param>
    /// <param name="settings">What is asked for.</param>
    /// <param name="json">Write JSON instead of tables; the log goes to standard error.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file, a setting or an observation is wrong.</exception>
    public static int Run(RunRequest request, InferenceSettings settings, bool json, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(settings);
        if (json)
        {
            AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        }

        ObservationFile[] files = [.. settings.Observations.Select(ObservationFile.Read)];
        try
        {
            RefuseEqualNames(files);
            return Run(RunSetup.Load(request), files, settings, json, verbose);
        }
        finally
        {
            Array.ForEach(files, f => f.Dispose());
        }
    }

    private static int Run(RunSetup setup, ObservationFile[] files, InferenceSettings settings, bool json, bool verbose)
    {
        TrainJob training = Choose(setup.Plan, settings);
        using RunSession session = new([setup], "infer.jsonl", verbose);
        IJob[] jobs = [training.Simulate, training];
        if (jobs.Any(j => !j.Folder.IsComplete) && session.TryRun(setup.Planned(jobs)) is int interrupted)
        {
            return interrupted;
        }

        if (training.WhyMissing() is string reason)
        {
            session.Log.Error("{Reason:l}", reason);
            return ExitCodes.Incomplete;
        }

        PosteriorInference inference = new(setup.Plan, training, settings, session.Context);
        InferenceFiles writer = new(setup.Plan, training, inference.Steps);
        List<Dictionary<string, object?>> found = [];
        foreach (InferredPosterior posterior in inference.Run(files))
        {
            string folder = writer.Write(posterior, setup.Output);
            found.Add(writer.Json(posterior, folder));
            if (!json)
            {
                Console.Out.WriteLine(writer.Page(posterior));
                Console.Out.WriteLine($"draws, tables and figures: {folder}");
            }
            else if (posterior.IsOutside)
            {
                Console.Error.WriteLine($"{posterior.Name}: {InferenceFiles.Familiarity(posterior)}");
            }
        }

        if (json)
        {
            Console.Out.WriteLine(IndentedJson.Write(found));
        }

        return ExitCodes.Success;
    }

    private static void RefuseEqualNames(ObservationFile[] files)
    {
        if (files.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1) is { } equal)
        {
            throw new ConfigurationException(
                $"--observation: expected files of different names, as results are named so, got two '{equal.Key}'.");
        }
    }

    private static TrainJob Choose(RunPlan plan, InferenceSettings settings)
    {
        IReadOnlyList<string> contenders = [.. plan.Experiment.Contenders.Keys];
        string contender = settings.Contender
            ?? (contenders.Count == 1
                ? contenders[0]
                : throw new ConfigurationException($"--contender: expected one of {string.Join(", ", contenders)}."));
        if (!contenders.Contains(contender))
        {
            throw new ConfigurationException(
                $"--contender: there is no contender '{contender}'{Names.DidYouMean(contender, contenders)} The contenders are "
                    + $"{string.Join(", ", contenders)}.");
        }

        int budget = settings.Budget ?? plan.Experiment.Simulations.Budgets.Max();
        return plan.Trainings.FirstOrDefault(t => t.Contender == contender && t.Budget == budget && t.Replicate == 0)
            ?? throw new ConfigurationException(
                $"--budget: expected one of {string.Join(", ", plan.Experiment.Simulations.Budgets)}, got {budget}.");
    }
}
