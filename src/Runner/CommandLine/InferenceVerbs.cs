using System.CommandLine;
using Reproduce.Evaluation;
using Reproduce.Runner.Inferring;

namespace Reproduce.Runner.CommandLine;

/// <summary>How the verbs are called that infer parameters of observations of a user's.</summary>
internal static class InferenceVerbs
{
    // With fewer no p-value is below 0.05.
    private const int LeastPermutations = 19, MostPermutations = 100_000;

    /// <summary>The verb that infers.</summary>
    /// <param name="shared">What several verbs have.</param>
    public static Command Infer(SharedOptions shared)
    {
        InferenceSettings defaults = new() { Observations = [] };
        Option<string[]> observations = new("--observation")
        {
            Description = "Files of observations, with the names of the simulator's arrays: .npz, .npy or .json. Default: the one that "
                + "the experiment names (infer.observation).",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> contender = new("--contender") { Description = "The contender. Default: the only one." };
        Option<int> steps = SharedOptions.Count("--steps", "Sampling steps. Default: those of the figures.");
        Option<int> budget = SharedOptions.Count("--budget", "Training simulations. Default: the most that the experiment has.");
        Option<int> draws = SharedOptions.Count("--draws", "Posterior draws for each observation.");
        draws.DefaultValueFactory = _ => defaults.Draws;
        Option<int> predictive = new("--predictive")
        {
            Description = "Simulations for the posterior predictive check of each observation; 0 for none.",
            DefaultValueFactory = _ => defaults.Predictive,
        };
        predictive.Validators.Add(result =>
        {
            if (result.GetValue(predictive) < 0)
            {
                result.AddError("--predictive: expected a whole number of at least 0.");
            }
        });
        Option<int> local = new("--local-c2st")
        {
            Description = "Classifiers with permuted labels of the local C2ST, which tests the draws at the observation; 0 for none.",
            DefaultValueFactory = _ => defaults.LocalC2st,
        };
        local.Validators.Add(result =>
        {
            if (result.GetValue(local) is not 0 and (< LeastPermutations or > MostPermutations))
            {
                result.AddError($"--local-c2st: expected 0, or {LeastPermutations} to {MostPermutations}.");
            }
        });
        draws.Validators.Add(result =>
        {
            if (result.GetValue(draws) < 2)
            {
                result.AddError("--draws: expected a whole number of at least 2.");
            }
        });
        Option<string[]> statistics = new("--statistics")
        {
            Description = "What the posterior predictive check compares, such as mean sd quantile:0.9 autocorrelation:1 count-above:3 "
                + "y:argmax; the last of the array y alone. Default: the experiment's (infer.statistics), or the usual four.",
            AllowMultipleArgumentsPerToken = true,
        };
        statistics.Validators.Add(result =>
        {
            foreach (string statistic in result.GetValue(statistics) ?? [])
            {
                try
                {
                    ChosenStatistic.Parse(statistic);
                }
                catch (FormatException e)
                {
                    result.AddError($"--statistics: {e.Message}.");
                }
            }
        });
        Option<bool> json = new("--json") { Description = "Write JSON; the log goes to standard error." };
        Command command = new(
            "infer",
            "Infers the parameters of observations of your own: draws, summary, corner plot, posterior predictive check, and a warning "
                + "when an observation lies outside of what was simulated. Trains first what is not trained.");
        Argument<string?> experiment = new("experiment")
        {
            Description = "The experiment file, such as experiments/gmm.yaml; none with --model.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> model = new("--model")
        {
            Description = "A trained contender in a file of the verb export, in place of an experiment.",
        };
        shared.AddTo(command, model, observations, contender, steps, budget, draws, predictive, statistics, local, json);
        command.Arguments.Clear();
        command.Arguments.Add(experiment);
        command.Options.Remove(shared.DryRun);
        command.Validators.Add(result =>
        {
            if (result.GetValue(experiment) is null == result.GetValue(model) is null)
            {
                result.AddError("infer: expected an experiment file, or --model with a file of the verb export.");
            }
            else if (result.GetValue(model) is not null && result.GetValue(contender) is not null)
            {
                result.AddError("--contender: expected no contender with --model, which has one.");
            }
            else if (result.GetValue(model) is not null && result.GetValue(observations) is null or [])
            {
                result.AddError("--observation: expected a file with --model.");
            }
        });
        command.SetAction(result =>
        {
            InferenceSettings wanted = new()
            {
                Observations = result.GetValue(observations) ?? [],
                Statistics = [.. (result.GetValue(statistics) ?? []).Select(ChosenStatistic.Parse)],
                Contender = result.GetValue(contender),
                Steps = result.GetValue(steps) is > 0 and int count ? count : null,
                Budget = result.GetValue(budget) is > 0 and int size ? size : null,
                Draws = result.GetValue(draws),
                Predictive = result.GetValue(predictive),
                LocalC2st = result.GetValue(local),
            };
            return result.GetValue(model) is string file
                ? InferCommand.Run(file, wanted, result.GetValue(shared.Output), result.GetValue(json))
                : InferCommand.Run(
                    shared.Request(result, result.GetValue(experiment)!), wanted, result.GetValue(json), result.GetValue(shared.Verbose));
        });
        return command;
    }

    /// <summary>The verb that writes a model's file.</summary>
    /// <param name="shared">What several verbs have.</param>
    public static Command Export(SharedOptions shared)
    {
        Option<string?> contender = new("--contender") { Description = "The contender. Default: the only one." };
        Option<int> budget = SharedOptions.Count("--budget", "Training simulations. Default: the most that the experiment has.");
        Option<string?> file = new("--file") { Description = "The file. Default: CONTENDER-BUDGET.model.npz in the results folder." };
        Command command = new(
            "export",
            "Writes a trained contender to one file, with which 'infer --model' works anywhere. Trains first what is not trained.");
        shared.AddTo(command, contender, budget, file);
        command.Options.Remove(shared.DryRun);
        command.SetAction(result => ExportCommand.Run(
            shared.Request(result),
            result.GetValue(contender),
            result.GetValue(budget) is > 0 and int size ? size : null,
            result.GetValue(file),
            result.GetValue(shared.Verbose)));
        return command;
    }
}
