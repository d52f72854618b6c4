using Reproduce.Configuration;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.CommandLine;

/// <summary>The training that a verb for one contender uses.</summary>
internal static class TrainingChoice
{
    /// <summary>The training of a contender.</summary>
    /// <param name="plan">The experiment.</param>
    /// <param name="contender">The contender's name; null for the only one.</param>
    /// <param name="budget">Training simulations; null for the most that there are.</param>
    /// <exception cref="ConfigurationException">There is no such training.</exception>
    public static TrainJob Of(RunPlan plan, string? contender, int? budget)
    {
        IReadOnlyList<string> contenders = [.. plan.Experiment.Contenders.Keys];
        string name = contender
            ?? (contenders.Count == 1
                ? contenders[0]
                : throw new ConfigurationException($"--contender: expected one of {string.Join(", ", contenders)}."));
        if (!contenders.Contains(name))
        {
            throw new ConfigurationException(
                $"--contender: there is no contender '{name}'{Names.DidYouMean(name, contenders)} The contenders are "
                    + $"{string.Join(", ", contenders)}.");
        }

        int size = budget ?? plan.Experiment.Simulations.Budgets.Max();
        return plan.Trainings.FirstOrDefault(t => t.Contender == name && t.Budget == size && t.Replicate == 0)
            ?? throw new ConfigurationException(
                $"--budget: expected one of {string.Join(", ", plan.Experiment.Simulations.Budgets)}, got {size}.");
    }

    /// <summary>Simulates and trains what is not there yet.</summary>
    /// <param name="training">The training.</param>
    /// <param name="setup">The experiment.</param>
    /// <param name="session">The process at work in its folder.</param>
    /// <returns>Null when the training is there; the exit code when it was interrupted or failed.</returns>
    public static int? Finish(TrainJob training, RunSetup setup, RunSession session)
    {
        IJob[] jobs = [training.Simulate, training];
        if (jobs.Any(j => !j.Folder.IsComplete) && session.TryRun(setup.Planned(jobs)) is int interrupted)
        {
            return interrupted;
        }

        if (training.WhyMissing() is not string reason)
        {
            return null;
        }

        session.Log.Error("{Reason:l}", reason);
        return ExitCodes.Incomplete;
    }
}
