using System.CommandLine;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.CommandLine;

/// <summary>What the program does beside running an experiment: how each verb is called.</summary>
internal static class Verbs
{
    /// <summary>The verbs, in the order of the help.</summary>
    /// <param name="shared">What several have.</param>
    public static IEnumerable<Command> All(SharedOptions shared) =>
    [
        List(), Switches(shared), Figures(shared), Report(shared), Compare(), Density(shared), InferenceVerbs.Infer(shared),
        InferenceVerbs.Export(shared), Score(), Schema(), Nightly(), Ratios(),
        DeviceCheckCommand.Create(shared), CacheVerb(shared), .. EngineVerbs.All(shared), RunJob(),
    ];

    private static Command List()
    {
        Command command = new("list", "Lists experiments, profiles, variants, their switches, and kinds of contenders and tasks.");
        command.SetAction(_ => ListCommand.Run(Console.Out));
        return command;
    }

    private static Command Switches(SharedOptions shared)
    {
        Command command = new(
            "switches", "Runs an experiment with each switch of a variant alone and with all, and tabulates what they do.");
        shared.AddTo(command);
        command.SetAction(result =>
            SwitchesCommand.Run(shared.Request(result), result.GetValue(shared.DryRun), result.GetValue(shared.Verbose)));
        return command;
    }

    private static Command Figures(SharedOptions shared)
    {
        Argument<string[]> experiments = new("experiments")
        {
            Description = "The experiment files, in the order of the panels.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> folder = new("--out")
        {
            Description = "Folder for the figures. Default: results/paper, and results/scratch/paper-... with a profile or settings.",
        };
        Command command = new("figures", "Draws the paper's figures that show several experiments at once, from the results of their runs.")
        {
            experiments,
            shared.Profile,
            shared.Variant,
            shared.Set,
            shared.Cache,
            folder,
        };
        command.SetAction(result => FiguresCommand.Run(
            [
                .. result.GetRequiredValue(experiments)
                    .Select(file => shared.Overlaid(result, file) with { Cache = result.GetValue(shared.Cache) }),
            ],
            result.GetValue(folder)));
        return command;
    }

    private static Command Report(SharedOptions shared)
    {
        Argument<string[]> sources = new("sources")
        {
            Description = "Results folders, such as results/gmm, or files of experiments, whose claims and plan the reports have then, or "
                + "of suites.",
            Arity = ArgumentArity.OneOrMore,
        };
        Command command = new(
            "report",
            "Writes reports anew, for reading and for a browser, from the numbers in their results folders; computes nothing and "
                + "needs no cache.")
        {
            sources,
            shared.Profile,
            shared.Variant,
            shared.Set,
            shared.Output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(sources) is { Length: > 1 } && result.GetValue(shared.Output) is not null)
            {
                result.AddError("--out: expected one experiment, as a folder holds one report.");
            }
        });
        command.SetAction(result => ReportCommand.Run(
        [
            .. result.GetRequiredValue(sources)
                .Select(source => shared.Overlaid(result, source) with { Output = result.GetValue(shared.Output) }),
        ]));
        return command;
    }

    private static Command Compare()
    {
        Argument<string> first = new("first") { Description = "A results folder, such as results/gmm." };
        Argument<string> second = new("second") { Description = "Another one, of another run, machine or variant." };
        Option<string> folder = new("--out")
        {
            Description = "Folder for the pages.",
            DefaultValueFactory = _ => Path.Combine("results", RunRequest.ScratchFolder, "compare"),
        };
        Command command = new(
            "compare", "Sets two results folders side by side: settings that differ, and every number that both have with its difference.")
        {
            first, second, folder,
        };
        command.SetAction(result => CompareCommand.Run(
            result.GetRequiredValue(first), result.GetRequiredValue(second), result.GetRequiredValue(folder), Console.Out));
        return command;
    }

    private static Command Density(SharedOptions shared)
    {
        DensitySettings defaults = new();
        Option<int> sets = SharedOptions.Count(
            "--data-sets", $"Test sets, the first ones of the experiment. Default: {defaults.DataSets}.");
        Option<int> proposals = SharedOptions.Count("--proposals", "Weighted draws for each of the experiment's draws.");
        proposals.DefaultValueFactory = _ => defaults.Proposals;
        Option<int[]> chain = new("--chain")
        {
            Description = "Steps whose density is estimated through the chain of latents, CMPE's and ECT's; 1 for none. Default: 2 5 10.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. defaults.ChainSteps],
        };
        chain.Validators.Add(SharedOptions.RefuseBelowOne("--chain"));
        Option<int> backward = SharedOptions.Count("--chain-training", "Optimiser steps of the chain's backward conditionals.");
        backward.DefaultValueFactory = _ => defaults.Backward.Training.Steps!.Value;
        Command command = new(
            "density", "Importance sampling with every contender's density, at the budget of the figures, and the paper's Table 1.");
        shared.AddTo(command, sets, proposals, chain, backward);
        command.SetAction(result =>
        {
            int wanted = result.GetValue(sets);
            DensitySettings settings = new()
            {
                DataSets = wanted > 0 ? wanted : defaults.DataSets,
                Proposals = result.GetValue(proposals),
                ChainSteps = [.. (result.GetValue(chain) ?? []).Where(k => k > 1).Distinct()],
                Backward = defaults.Backward with
                {
                    Training = defaults.Backward.Training with { Steps = result.GetValue(backward) },
                },
            };
            return DensityCommand.Run(
                shared.Request(result), settings, wanted, result.GetValue(shared.DryRun), result.GetValue(shared.Verbose));
        });
        return command;
    }

    private static Command Score()
    {
        Option<string> samples = new("--samples")
        {
            Required = true,
            Description = "A .npz file with the array 'draws', or a .npy file; [S, D] or [J, S, D].",
        };
        Option<string> reference = new("--reference") { Required = true, Description = "The same for the reference draws." };
        Option<long> seed = new("--seed") { Description = "Seed of the classifier.", DefaultValueFactory = _ => 1 };
        Option<bool> json = new("--json")
        {
            Description = "Write JSON with the keys c2st, c2st_standard_error, c2st_p_value, mmd2 and mmd2_unbiased.",
        };
        Command command = new("score", "Scores a file of draws against a file of reference draws; NumPy can write both.")
        {
            samples,
            reference,
            seed,
            json,
        };
        command.SetAction(result =>
            ScoreCommand.Run(
                result.GetRequiredValue(samples),
                result.GetRequiredValue(reference),
                result.GetValue(seed),
                result.GetValue(json),
                Console.Out
            )
        );
        return command;
    }

    private static Command Schema()
    {
        Option<string> folder = new("--out") { Description = "Folder for the files.", DefaultValueFactory = _ => ProjectFolder.Configs };
        Command command = new("schema", "Writes the JSON Schemas by which editors complete and check experiment files and overlays.")
        {
            folder,
        };
        command.SetAction(result => SchemaCommand.Run(result.GetRequiredValue(folder), Console.Out));
        return command;
    }

    private static Command Nightly()
    {
        Option<string> results = new("--results")
        {
            Description = "Folder of the night's results: a folder for each experiment, and reports of benchmarks.",
            DefaultValueFactory = _ => Path.Combine("results", RunRequest.ScratchFolder, "nightly"),
        };
        Option<string> folder = new("--out")
        {
            Description = "Folder of baseline.csv, history.csv and the page.",
            DefaultValueFactory = _ => Path.Combine("results", "nightly"),
        };
        Option<bool> update = new("--update") { Description = "Make the night's numbers the baseline." };
        Command command = new("nightly", "Compares a night's results with the baseline; scripts/nightly.sh (or .ps1) makes them first.")
        {
            results,
            folder,
            update,
        };
        command.SetAction(result =>
            NightlyCommand.Run(
                result.GetRequiredValue(results),
                result.GetRequiredValue(folder),
                result.GetValue(update),
                Console.Out,
                Console.Error
            )
        );
        return command;
    }

    private static Command Ratios()
    {
        Argument<string> folder = new("folder") { Description = "The folder that scripts/compare-commits.sh has filled." };
        Command command = new("ratios", "Tabulates what one commit's benchmarks take of the time of another's.") { folder };
        command.SetAction(result => RatiosCommand.Run(result.GetRequiredValue(folder), Console.Out));
        return command;
    }

    private static Command CacheVerb(SharedOptions shared)
    {
        Option<bool> unfinished = new("--unfinished") { Description = "Also unfinished jobs, from which a run would go on." };
        Option<bool> unused = new("--unused")
        {
            Description = "Also jobs that no experiment, profile or variant of the project asks for, such as those of runs with --set.",
        };
        Option<bool> yes = new("--yes") { Description = "Remove them; without it they are only listed." };
        Command list = new("list", "Every job with its size, state, experiment and the commit that computed it.") { shared.Cache };
        Command size = new("size", "Jobs and sizes of the stages.") { shared.Cache };
        Command clean = new("clean", "Removes the locks of stopped runs, and jobs where options say so.")
        {
            shared.Cache, unfinished, unused, yes,
        };
        string Folder(ParseResult result) => Path.GetFullPath(result.GetValue(shared.Cache) ?? Path.Combine("results", "cache"));
        list.SetAction(result => CacheCommand.List(Folder(result), Console.Out));
        size.SetAction(result => CacheCommand.Measure(Folder(result), Console.Out));
        clean.SetAction(result => CacheCommand.Clean(
            Folder(result), result.GetValue(unfinished), result.GetValue(unused), result.GetValue(yes), Console.Out));
        return new Command("cache", "Shows and tidies the results of jobs, from which runs go on.") { list, size, clean };
    }

    private static Command RunJob()
    {
        Argument<string> resolved = new("resolved") { Description = "The experiment as run: resolved.yaml of a submission or a run." };
        Argument<string[]> jobs = new("hashes")
        {
            Description = "Hashes of the jobs, which are the names of their folders, in an order in which they can be run.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> variant = new("--variant")
        {
            Description = "Name of the variant, for messages alone.",
            DefaultValueFactory = _ => Reporting.Measurement.PaperVariant,
        };
        Option<string> cache = new("--cache") { Required = true, Description = "Folder for the results of jobs." };
        Option<bool> child = new(WorkerArguments.Child) { Hidden = true };
        Option<double> checkpoint = SharedOptions.CheckpointOption();
        Option<int?> shards = new(WorkerArguments.Shards) { Description = "Simulations of a job of their own at most, as submitted." };
        Command command = new(
            WorkerArguments.Verb,
            "Runs single jobs in this process, as a batch system does: 0 when all are done, 3 when one failed, 143 when a termination "
                + "signal stopped them with a checkpoint.")
        {
            resolved, jobs, variant, cache, checkpoint, shards, child,
        };
        command.SetAction(result => RunJobCommand.Run(
            new WorkerArguments(
                result.GetRequiredValue(resolved),
                result.GetRequiredValue(variant),
                result.GetRequiredValue(cache),
                result.GetValue(checkpoint),
                result.GetValue(shards)),
            result.GetRequiredValue(jobs),
            result.GetValue(child)));
        return command;
    }
}
