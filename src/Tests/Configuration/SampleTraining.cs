using System.ComponentModel.DataAnnotations;

namespace Reproduce.Tests.Configuration;

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
