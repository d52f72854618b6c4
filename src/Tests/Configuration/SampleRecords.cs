using System.ComponentModel.DataAnnotations;

namespace Reproduce.Tests.Configuration;

/// <summary>A small experiment with every shape of setting that the binder knows.</summary>
public sealed record SampleExperiment
{
    [RegularExpression("[a-z0-9][a-z0-9-]*")]
    public required string Name { get; init; }

    public string Title { get; init; } = "untitled";

    public long? Seed { get; init; }

    [AllowedValues("auto", "cpu", "cuda")]
    public string Device { get; init; } = "auto";

    public required SampleTask Task { get; init; }

    public required SampleSimulations Simulations { get; init; }

    public required Dictionary<string, SampleContender> Contenders { get; init; }

    public Dictionary<string, int> Repeats { get; init; } = [];

    public SampleStep[] Steps { get; init; } = [];

    // Computed values are no settings.
    public int ContenderCount => Contenders.Count;
}

public sealed record SampleSimulations : IValidatableObject
{
    [Range(1, int.MaxValue), MinLength(1)]
    public required int[] Budgets { get; init; }

    [Range(0, 5000)]
    public int Validation { get; init; } = 100;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Budgets.Min() < Validation)
        {
            yield return new ValidationResult("expected at most the smallest budget", [nameof(Validation)]);
        }
    }
}

public sealed record SampleStep
{
    public required int Count { get; init; }

    public bool Timed { get; init; }
}

public enum SampleSchedule
{
    Constant,
    CosineDecay,
}

public abstract record SampleTask
{
    [Range(1, 100)]
    public int Dimension { get; init; } = 2;
}

public sealed record SampleMixture : SampleTask
{
    public int Components { get; init; } = 2;
}

public sealed record SampleMoons : SampleTask
{
    public double Radius { get; init; } = 0.1;
}

public abstract record SampleContender
{
    public required SampleTraining Training { get; init; }
}

public sealed record SampleCmpe : SampleContender
{
    public int FinalSteps { get; init; } = 50;
}

public sealed record SampleFmpe : SampleContender
{
    public int Layers { get; init; } = 4;
}

public sealed record SampleNpse : SampleContender
{
    public int Layers { get; init; } = 4;
}

public sealed record SampleTraining
{
    [Range(1, int.MaxValue)]
    public required int Epochs { get; init; }

    [Range(0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 5e-4;

    public SampleSchedule Schedule { get; init; } = SampleSchedule.CosineDecay;

    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double? Dropout { get; init; }
}
