using System.CommandLine;
using System.CommandLine.Help;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.CommandLine;

/// <summary>The command line.</summary>
public static class Commands
{
    /// <summary>The root command, which runs an experiment, with its verbs.</summary>
    public static RootCommand Create()
    {
        SharedOptions shared = new();
        RootCommand root = new("Reproduces the experiments of 'Consistency Models for Scalable and Fast Simulation-Based Inference'.");
        shared.AddTo(root, shared.Only, shared.Keep, shared.Missing);
        root.Options.Add(TorchOption.Create());
        root.SetAction(result =>
        {
            RunRequest request = shared.WholeRequest(result);
            bool dryRun = result.GetValue(shared.DryRun), verbose = result.GetValue(shared.Verbose);
            return SuiteSettings.IsSuite(request.ExperimentFile)
                ? SuiteCommand.Run(request, dryRun, verbose)
                : RunCommand.Run(request, dryRun, verbose);
        });
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
