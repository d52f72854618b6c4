using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Files;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Inferring;
using Reproduce.Runner.Pipeline;
using Spectre.Console;
using static TorchSharp.torch;

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

        RunSetup setup = RunSetup.Load(request);
        settings = WithDefaults(settings, setup.Plan.Experiment.Infer);
        return WithFiles(settings, files =>
        {
            TrainJob training = TrainingChoice.Of(setup.Plan, settings.Contender, settings.Budget);
            using RunSession session = new([setup], "infer.jsonl", verbose);
            if (TrainingChoice.Finish(training, setup, session) is int ended)
            {
                return ended;
            }

            using TrainedModel model = TrainedModel.Of(setup.Plan.Scope, training, session.Context);
            return Infer(model, files, settings, setup.Output, session.Context, json);
        });
    }

    /// <summary>Infers with a model's file alone.</summary>
    /// <param name="model">The file, which the verb <c>export</c> has written.</param>
    /// <param name="settings">What is asked for.</param>
    /// <param name="output">Folder for the results; null for that of the experiment's name in results.</param>
    /// <param name="json">Write JSON instead of tables.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file, a setting or an observation is wrong.</exception>
    public static int Run(string model, InferenceSettings settings, string? output, bool json)
    {
        ArgumentNullException.ThrowIfNull(settings);
        FolderOption.Check("--out", output);
        return WithFiles(settings, files =>
        {
            Device device = Devices.Parse("auto");
            using Interruption interruption = new(() => Console.Error.WriteLine("Stopping; a second Ctrl-C stops at once."));
            using TrainedModel trained = ModelFile.Read(model, device);
            string folder = output ?? Path.Combine(ProjectFolder.Results, trained.Settings.Experiment);
            JobContext context = new(device, Environment.ProcessorCount, interruption.Token);
            return Infer(trained, files, settings, folder, context, json);
        });
    }

    private static InferenceSettings WithDefaults(InferenceSettings settings, InferSettings own) => settings with
    {
        Observations = settings.Observations.Count > 0 ? settings.Observations
            : own.Observation is string file ? [file]
            : throw new ConfigurationException("--observation: expected a file, as the experiment names none (infer.observation)."),
        Statistics = settings.Statistics.Count > 0 ? settings.Statistics : [.. own.Statistics.Select(ChosenStatistic.Parse)],
    };

    private static int WithFiles(InferenceSettings settings, Func<ObservationFile[], int> infer)
    {
        ObservationFile[] files = [.. settings.Observations.Select(ObservationFile.Read)];
        try
        {
            RefuseEqualNames(files);
            return infer(files);
        }
        finally
        {
            Array.ForEach(files, f => f.Dispose());
        }
    }

    private static int Infer(
        TrainedModel model, ObservationFile[] files, InferenceSettings settings, string output, JobContext context, bool json)
    {
        PosteriorInference inference = new(model, settings, context);
        InferenceFiles writer = new(model, inference.Steps);
        List<Dictionary<string, object?>> found = [];
        foreach (InferredPosterior posterior in inference.Run(files))
        {
            string folder = writer.Write(posterior, output);
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
}
