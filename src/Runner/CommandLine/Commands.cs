using System.CommandLine;
using System.Globalization;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.CommandLine;

/// <summary>The command line.</summary>
public static class Commands
{
    /// <summary>The root command with its verbs.</summary>
    public static RootCommand Create()
    {
        Argument<string> experiment = new("experiment") { Description = "The experiment file, such as experiments/gmm.yaml." };
        Option<string?> profile = new("--profile")
        {
            Description = "Shrink the experiment: the name of a file in configs/profiles (smoke, nightly).",
        };
        Option<string?> variant = new("--variant")
        {
            Description = "Change the method: the name of a file in configs/variants (published-code).",
        };
        Option<string[]> set = new("--set")
        {
            Description = "Change one setting, for example --set contenders.cmpe.training.epochs=100; may be repeated.",
        };
        Option<string[]> only = new("--only")
        {
            Description = "Run these contenders and leave the others out; with --keep the report keeps what the others had.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> output = new("--out") { Description = "Folder for tables and figures. Default: results/NAME." };
        Option<string?> cache = new("--cache")
        {
            Description = "Folder for the results of jobs, from which a run goes on. Default: results/cache.",
        };
        Option<int> jobs = new("--jobs") { Description = "Trainings at once. Default: one per core on a CPU, one on a GPU." };
        Option<double> checkpoint = CheckpointSeconds();
        Option<bool> keep = new("--keep")
        {
            Description = "Keep in the report what earlier runs into the same folder measured at other budgets, steps or contenders.",
        };
        Option<bool> dryRun = new("--dry-run") { Description = "Check the files, say what would be run, and stop." };
        Option<bool> verbose = new("--verbose") { Description = "Show every job on the console." };
        RootCommand root = new("Reproduces the experiments of 'Consistency Models for Scalable and Fast Simulation-Based Inference'.")
        {
            experiment,
            profile,
            variant,
            set,
            only,
            output,
            cache,
            keep,
            jobs,
            checkpoint,
            dryRun,
            verbose,
        };
        RunRequest Overlaid(ParseResult result, string file) =>
            new()
            {
                ExperimentFile = file,
                Profile = result.GetValue(profile),
                Variant = result.GetValue(variant),
                Settings = result.GetValue(set) ?? [],
            };
        RunRequest Request(ParseResult result) =>
            Overlaid(result, result.GetRequiredValue(experiment)) with
            {
                Output = result.GetValue(output),
                Cache = result.GetValue(cache),
                Jobs = result.GetValue(jobs),
                CheckpointSeconds = result.GetValue(checkpoint),
            };
        root.SetAction(result =>
            RunCommand.Run(
                Request(result) with
                {
                    Keep = result.GetValue(keep),
                    Only = result.GetValue(only) ?? [],
                },
                result.GetValue(dryRun),
                result.GetValue(verbose)
            )
        );
        Command switches = new(
            "switches",
            "Runs an experiment with each switch of a variant alone and with all, and tabulates what they do."
        )
        {
            experiment,
            profile,
            variant,
            set,
            output,
            cache,
            jobs,
            checkpoint,
            dryRun,
            verbose,
        };
        switches.SetAction(result => SwitchesCommand.Run(Request(result), result.GetValue(dryRun), result.GetValue(verbose)));
        root.Subcommands.Add(switches);
        root.Subcommands.Add(Figures());
        root.Subcommands.Add(Report());
        root.Subcommands.Add(Density());
        root.Subcommands.Add(Score());
        root.Subcommands.Add(Nightly());
        root.Subcommands.Add(JobWorker());
        return root;

        Command Figures()
        {
            Argument<string[]> experiments = new("experiments")
            {
                Description = "The experiment files, in the order of the panels.",
                Arity = ArgumentArity.OneOrMore,
            };
            Option<string?> folder = new("--out") { Description = "Folder for the figures. Default: results/paper." };
            Command figures = new(
                "figures",
                "Draws the paper's figures that show several experiments at once, from the results of their runs."
            )
            {
                experiments,
                profile,
                variant,
                set,
                cache,
                folder,
            };
            figures.SetAction(result => FiguresCommand.Run(
                [
                    .. result.GetRequiredValue(experiments).Select(file => Overlaid(result, file) with { Cache = result.GetValue(cache) }),
                ],
                result.GetValue(folder)));
            return figures;
        }

        Command Report()
        {
            Argument<string[]> sources = new("sources")
            {
                Description = "Results folders, such as results/gmm, or the experiment files whose claims and plan the reports shall have.",
                Arity = ArgumentArity.OneOrMore,
            };
            Command report = new(
                "report",
                "Writes reports anew, for reading and for a browser, from the numbers in their results folders; computes nothing and "
                    + "needs no cache."
            )
            {
                sources,
                profile,
                variant,
                set,
                output,
            };
            report.Validators.Add(result =>
            {
                if (result.GetValue(sources) is { Length: > 1 } && result.GetValue(output) is not null)
                {
                    result.AddError("--out: expected one experiment, as a folder holds one report.");
                }
            });
            report.SetAction(result => ReportCommand.Run(
            [
                .. result.GetRequiredValue(sources).Select(source => Overlaid(result, source) with { Output = result.GetValue(output) }),
            ]));
            return report;
        }

        Command Density()
        {
            DensitySettings defaults = new();
            Option<int> sets = new("--data-sets")
            {
                Description = "Test sets, the first ones of the experiment.",
                DefaultValueFactory = _ => defaults.DataSets,
            };
            Option<int> proposals = new("--proposals")
            {
                Description = "Weighted draws for each of the experiment's draws.",
                DefaultValueFactory = _ => defaults.Proposals,
            };
            Option<int[]> chain = new("--chain")
            {
                Description = "Steps for which CMPE's density is estimated through the chain of latents; 1 for none. Default: 2 5 10.",
                AllowMultipleArgumentsPerToken = true,
                DefaultValueFactory = _ => [.. defaults.ChainSteps],
            };
            Option<int> backward = new("--chain-training")
            {
                Description = "Optimiser steps of the chain's backward conditionals.",
                DefaultValueFactory = _ => defaults.Backward.Training.Steps!.Value,
            };
            foreach (Option option in new Option[] { sets, proposals, chain, backward })
            {
                option.Validators.Add(r =>
                {
                    if (
                        r.Tokens.Any(t =>
                            !int.TryParse(t.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < 1
                        )
                    )
                    {
                        r.AddError($"{option.Name}: expected a whole number of at least 1.");
                    }
                });
            }

            Command density = new(
                "density",
                "Importance sampling with every contender's density, at the budget of the figures, and the paper's Table 1."
            )
            {
                experiment,
                profile,
                variant,
                set,
                output,
                cache,
                jobs,
                checkpoint,
                sets,
                proposals,
                chain,
                backward,
                verbose,
            };
            density.SetAction(result =>
                DensityCommand.Run(
                    Request(result),
                    new DensitySettings
                    {
                        DataSets = result.GetValue(sets),
                        Proposals = result.GetValue(proposals),
                        ChainSteps = [.. (result.GetValue(chain) ?? []).Where(k => k > 1).Distinct()],
                        Backward = defaults.Backward with
                        {
                            Training = defaults.Backward.Training with { Steps = result.GetValue(backward) },
                        },
                    },
                    result.GetValue(verbose)
                )
            );
            return density;
        }
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

    private static Command JobWorker()
    {
        Argument<string> resolved = new("resolved");
        Option<string> variant = new("--variant") { Required = true };
        Option<string> cache = new("--cache") { Required = true };
        Option<string> job = new("--job") { Required = true };
        Option<double> checkpoint = CheckpointSeconds();
        Command command = new(WorkerArguments.Verb, "One job in a process of its own; started by the runner.")
        {
            resolved, variant, cache, job, checkpoint,
        };
        command.Hidden = true;
        command.SetAction(result =>
            JobWorkerCommand.Run(
                new WorkerArguments(
                    result.GetRequiredValue(resolved),
                    result.GetRequiredValue(variant),
                    result.GetRequiredValue(cache),
                    result.GetValue(checkpoint)
                ),
                result.GetRequiredValue(job)
            )
        );
        return command;
    }

    private static Option<double> CheckpointSeconds()
    {
        Option<double> option = new("--checkpoint-seconds")
        {
            Description = "Time between two checkpoints of a training, or of long drawing, seconds. Default: 60.",
            DefaultValueFactory = _ => 60,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is not (>= 0 and <= 86_400))
            {
                result.AddError("--checkpoint-seconds: expected a number from 0 to 86400.");
            }
        });
        return option;
    }
}
