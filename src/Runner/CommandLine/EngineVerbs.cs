using System.CommandLine;

namespace Reproduce.Runner.CommandLine;

/// <summary>The verbs for clusters: how each is called.</summary>
internal static class EngineVerbs
{
    /// <summary>The verbs, in the order of the help.</summary>
    /// <param name="shared">What several have.</param>
    public static IEnumerable<Command> All(SharedOptions shared) => [Submit(shared), Status(), Collect(shared)];

    private static Command Submit(SharedOptions shared)
    {
        Option<string> engine = new("--engine")
        {
            Description = "Where the jobs run: the name of a file in configs/engines, such as slurm; or local, as a run without a verb.",
            DefaultValueFactory = _ => SubmitCommand.Local,
        };
        Command command = new("submit", "Prints what the jobs of an experiment take and hands them to a cluster.");
        shared.AddTo(command, shared.Only, shared.Keep, engine);
        command.SetAction(result =>
        {
            RunRequest request = shared.WholeRequest(result);
            string name = result.GetRequiredValue(engine);
            bool dryRun = result.GetValue(shared.DryRun);
            return name == SubmitCommand.Local
                ? RunCommand.Run(request, dryRun, result.GetValue(shared.Verbose))
                : SubmitCommand.Run(request, name, dryRun);
        });
        return command;
    }

    private static Command Status()
    {
        Argument<string> submission = Folder();
        Command command = new("status", "Says how a submission goes: what is done, runs, waits, failed or was lost.") { submission };
        command.SetAction(result => StatusCommand.Run(result.GetRequiredValue(submission)));
        return command;
    }

    private static Command Collect(SharedOptions shared)
    {
        Argument<string> submission = Folder();
        Command command = new(
            CollectCommand.Verb, "Writes the report of a submission from the results that are there; computes none, and shows the holes.")
        {
            submission, shared.Verbose,
        };
        command.SetAction(result => CollectCommand.Run(result.GetRequiredValue(submission), result.GetValue(shared.Verbose)));
        return command;
    }

    private static Argument<string> Folder() =>
        new("submission") { Description = "The submission's folder, or the results folder that it belongs to, such as results/gmm." };
}
