using Reproduce.Configuration;
using Reproduce.Tasks;

namespace Reproduce.Runner.Pipeline;

/// <summary>The jobs of the verb <c>density</c>: every contender at the budget of the figures, first training.</summary>
public sealed class DensityPlan
{
    /// <summary>The jobs of a plan.</summary>
    /// <param name="plan">The run whose trainings are used.</param>
    /// <param name="settings">The size.</param>
    /// <exception cref="ConfigurationException">The task's posterior density is not known.</exception>
    public DensityPlan(RunPlan plan, DensitySettings settings)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(settings);
        if (plan.Task.Description.Likelihood is null || plan.Reference is not ReferenceJob reference)
        {
            throw new ConfigurationException(
                "density: expected a task with a known likelihood and evidence "
                    + $"({GaussianMixtureTask.Kind}, {TwoMoonsTask.Kind}), got {plan.Task.Name}.");
        }

        Run = plan;
        Settings = settings with { DataSets = Math.Min(settings.DataSets, plan.Experiment.Test.DataSets) };
        Trainings = [.. plan.Trainings.Where(t => t.Budget == plan.ShownBudget && t.Replicate == 0)];
        Contenders = [Plan(null, null), .. Trainings.Select(t => Plan(t, null))];
        Chains =
        [
            .. from training in Trainings
               where training.Settings.HasChain
               from steps in settings.ChainSteps
               select Plan(training, steps),
        ];
        Jobs =
        [
            .. Trainings.Select(t => t.Simulate).Distinct(), plan.TestSet, reference, .. Trainings, .. Contenders, .. Chains,
        ];

        DensityJob Plan(TrainJob? train, int? chain) => new(plan.Scope, plan.TestSet, reference, train, Settings, chain);
    }

    /// <summary>The run whose trainings are used.</summary>
    public RunPlan Run { get; }

    /// <summary>The size, with no more test sets than there are.</summary>
    public DensitySettings Settings { get; }

    /// <summary>The trainings.</summary>
    public IReadOnlyList<TrainJob> Trainings { get; }

    /// <summary>The floor, then every contender.</summary>
    public IReadOnlyList<DensityJob> Contenders { get; }

    /// <summary>Consistency models with several steps.</summary>
    public IReadOnlyList<DensityJob> Chains { get; }

    /// <summary>All jobs, what they need first.</summary>
    public IReadOnlyList<IJob> Jobs { get; }
}
