using Reproduce.Configuration;
using Reproduce.Runner.Inferring;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.CommandLine;

/// <summary>Writes a trained contender to one file, with which <c>infer --model</c> works anywhere.</summary>
public static class ExportCommand
{
    /// <summary>Trains what is not trained, and writes.</summary>
    /// <param name="request">The experiment.</param>
    /// <param name="contender">The contender; null for the only one.</param>
    /// <param name="budget">Training simulations; null for the most that there are.</param>
    /// <param name="file">The file; null for one in the results folder.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public static int Run(RunRequest request, string? contender, int? budget, string? file, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunSetup setup = RunSetup.Load(request);
        TrainJob training = TrainingChoice.Of(setup.Plan, contender, budget);
        string path = file ?? Path.Combine(setup.Output, $"{training.Contender}-{training.Budget}.model.npz");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        FolderOption.Check("--file", folder);
        using RunSession session = new([setup], "export.jsonl", verbose);
        if (TrainingChoice.Finish(training, setup, session) is int ended)
        {
            return ended;
        }

        FolderOption.Make("--file", folder);
        using TrainedModel model = TrainedModel.Of(setup.Plan.Scope, training, session.Context);
        ModelFile.Write(path, model);
        Console.Out.WriteLine(FormattableString.Invariant($"{path}: {new FileInfo(path).Length / 1024} KiB"));
        return ExitCodes.Success;
    }
}
