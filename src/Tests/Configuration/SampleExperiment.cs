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
