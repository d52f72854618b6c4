using System.ComponentModel.DataAnnotations;
using Reproduce.Configuration;

namespace Reproduce.Runner.Engines;

/// <summary>A cluster under Slurm as a file in <c>configs/engines</c> says it. Nothing here decides a number, so no hash has it.</summary>
public sealed record SlurmSettings : IValidatableObject
{
    /// <summary>The stages of a submission, which <see cref="Stages"/> may name.</summary>
    public static IReadOnlyList<string> StageNames { get; } =
    [
        SubmissionStages.Simulate, SubmissionStages.Merge, SubmissionStages.Train, SubmissionStages.Sample, SubmissionStages.Collect,
    ];

    /// <summary>What every element asks for.</summary>
    public ResourceSettings All { get; init; } = new();

    /// <summary>What the elements of a stage ask for instead.</summary>
    public Dictionary<string, ResourceSettings>? Stages { get; init; }

    /// <summary>What the trainings and draws of a contender ask for instead; contenders that an experiment lacks are passed over.</summary>
    public Dictionary<string, ResourceSettings>? Contenders { get; init; }

    /// <summary>Lines of the shell before the program is started, such as <c>module load dotnet</c>.</summary>
    [RegularExpression(@"[^\r\n]+")]
    public string[] Setup { get; init; } = [];

    /// <summary>
    /// Simulations of an element at most: more are simulated in shards of so many, rounded up to whole streams of random numbers, and
    /// joined. When not given 10,000 of simulators that are slow (programs of the user's, the tumour), and a million of others.
    /// </summary>
    [Range(1, 100_000_000)]
    public int? ShardRows { get; init; }

    /// <summary>Elements of an array that run at once; as many as the cluster lets when not given.</summary>
    [Range(1, 1_000_000)]
    public int? MaxRunning { get; init; }

    /// <summary>Elements of an array at most (MaxArraySize of the cluster); the cluster is asked when not given.</summary>
    [Range(1, 4_000_001)]
    public int? MaxArraySize { get; init; }

    /// <summary>Seconds before the end of an element's time at which it is told to save.</summary>
    [Range(10, 3600)]
    public int SaveSeconds { get; init; } = 120;

    /// <summary>How often an element that has saved at the end of its time is put back into the queue.</summary>
    [Range(0, 10_000)]
    public int MaxRestarts { get; init; } = 100;

    /// <summary>What an element asks for.</summary>
    /// <param name="stage">Its stage.</param>
    /// <param name="contender">Its contender, or null.</param>
    public ResourceSettings For(string stage, string? contender = null)
    {
        ResourceSettings ofStage = Stages?.GetValueOrDefault(stage)?.Over(All) ?? All;
        return contender is not null && Contenders?.GetValueOrDefault(contender) is { } own ? own.Over(ofStage) : ofStage;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (string stage in (Stages?.Keys ?? Enumerable.Empty<string>()).Except(StageNames))
        {
            yield return new ValidationResult(
                $"there is no stage '{stage}'{Names.DidYouMean(stage, StageNames)} Stages: {string.Join(", ", StageNames)}",
                [nameof(Stages)]);
        }
    }
}
