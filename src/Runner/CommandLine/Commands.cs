using System.CommandLine;
using System.CommandLine.Help;

namespace Reproduce.Runner.CommandLine;

/// <summary>The command line.</summary>
public static class Commands
{
    /// <summary>The root command, which runs an experiment, with its verbs.</summary>
    public static RootCommand Create()
    {
        SharedOptions shared = new();
        RootCommand root = new("Reproduces the experiments of 'Consistency Models for Scalable and Fast Simulation-Based Inference'.");
        shared.AddTo(root, shared.Only, shared.Keep);
        root.Options.Add(TorchOption.Create());
        root.SetAction(result => RunCommand.Run(
            shared.WholeRequest(result),
            result.GetValue(shared.DryRun),
            result.GetValue(shared.Verbose)));
        foreach (Command verb in Verbs.All(shared))
        {
            verb.Validators.Add(CommandProblems.RefuseWhatStandsBeforeAVerb);
            root.Subcommands.Add(verb);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new UsageHelp((HelpAction)help.Action!);
        return root;
    }
}
