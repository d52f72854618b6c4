using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Densities;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;

namespace Reproduce.Runner.Densities;

/// <summary>Size of a measurement of densities.</summary>
public sealed record DensityOptions
{
    /// <summary>Test sets, the first of the experiment's; all when there are fewer. A density costs as much as hundreds of draws.</summary>
    [Range(1, 1_000_000)]
    public int DataSets { get; init; } = 20;

    /// <summary>Weighted draws for each of the experiment's draws, so that resampling finds enough different ones.</summary>
    [Range(1, 1000)]
    public int Proposals { get; init; } = 4;

    /// <summary>Numbers of steps for which CMPE's density is estimated through the chain of latents (Eq. 10), each at least 2.</summary>
    public IReadOnlyList<int> ChainSteps { get; init; } = [2, 5, 10];

    /// <summary>Backward paths that are averaged for each draw of the chain, the executed one among them.</summary>
    public int ChainPaths { get; init; } = 8;

    /// <summary>The learned backward conditionals of the chain.</summary>
    public BackwardSettings Backward { get; init; } = new();
}

/// <summary>Importance sampling with one trained contender, or the floor of C2ST when there is no training.</summary>
/// <param name="Folder">Where the result goes.</param>
/// <param name="Train">The training; null for the floor, a second set of exact draws.</param>
/// <param name="Options">The size.</param>
/// <param name="ChainSteps">Steps of CMPE's chain (Eq. 10); null for the contender's own density.</param>
public sealed record DensityJob(StageFolder Folder, TrainJob? Train, DensityOptions Options, int? ChainSteps)
{
    /// <summary>The contender's name in tables; "reference" for the floor.</summary>
    public string Contender => Train?.Contender ?? Reporting.Measurement.Reference;
}

/// <summary>The jobs of the verb <c>density</c>: every contender at the budget of the figures, first training.</summary>
public sealed class DensityPlan
{
    // Raised by hand when the stage computes something else from the same settings.
    private const int Version = 1;

    /// <summary>The jobs of a plan.</summary>
    /// <param name="plan">The run whose trainings are used.</param>
    /// <param name="cache">Root folder of the results of jobs.</param>
    /// <param name="options">The size.</param>
    /// <exception cref="ConfigurationException">The task's posterior density is not known.</exception>
    public DensityPlan(RunPlan plan, string cache, DensityOptions options)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        if (plan.Task.Description.Likelihood is null || plan.Reference is null)
        {
            throw new ConfigurationException(
                $"density: expected a task with a known likelihood and evidence ({GaussianMixtureTask.Kind}, {TwoMoonsTask.Kind}), got {plan.Task.Name}.");
        }

        Run = plan;
        Options = options with { DataSets = Math.Min(options.DataSets, plan.Experiment.Test.DataSets) };
        Trainings = [.. plan.Trainings.Where(t => t.Budget == plan.ShownBudget && t.Replicate == 0)];
        Jobs = [Plan(null, null), .. Trainings.Select(t => Plan(t, null))];
        Chains =
        [
            .. from training in Trainings
               where training.Settings is ConsistencyContenderSettings
               from steps in options.ChainSteps
               select Plan(training, steps),
        ];

        DensityJob Plan(TrainJob? train, int? chain) => new(
            new StageFolder(cache, "density", (train?.Folder.Label ?? "reference against reference") + (chain is int k ? $", chain of {k} steps" : ""), new
            {
                Version,
                Training = train?.Folder.Hash ?? "none",
                TestSet = plan.TestSet.Folder.Hash,
                Reference = plan.Reference.Folder.Hash,
                plan.Experiment.Task,
                plan.Experiment.Test.Draws,
                plan.Experiment.Scores.C2st,
                Options.DataSets,
                Options.Proposals,
                Chain = chain is int steps ? new { Steps = steps, Paths = Options.ChainPaths, Options.Backward } : null,
            }),
            train,
            Options,
            chain);
    }

    /// <summary>The run whose trainings are used.</summary>
    public RunPlan Run { get; }

    /// <summary>The size, with no more test sets than there are.</summary>
    public DensityOptions Options { get; }

    /// <summary>The trainings.</summary>
    public IReadOnlyList<TrainJob> Trainings { get; }

    /// <summary>The floor, then every contender.</summary>
    public IReadOnlyList<DensityJob> Jobs { get; }

    /// <summary>CMPE with several steps.</summary>
    public IReadOnlyList<DensityJob> Chains { get; }
}
