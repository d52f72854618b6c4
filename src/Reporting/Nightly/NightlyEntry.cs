namespace Reproduce.Reporting;

/// <summary>One number that a nightly watches. Lower is better for all of them.</summary>
public sealed record NightlyEntry
{
    /// <summary>What kind of number it is.</summary>
    public required NightlyKind Kind { get; init; }

    /// <summary>The experiment, such as "gmm", or the class of benchmarks, such as "TrainingBenchmarks".</summary>
    public required string Source { get; init; }

    /// <summary>What was measured, the contender first: "cmpe, 1024 simulations, 10 steps" or "cmpe, Vectors".</summary>
    public required string Setting { get; init; }

    /// <summary>The metric, such as "c2st" or "ratio to LibtorchProducts".</summary>
    public required string Metric { get; init; }

    /// <summary>The number; NaN when there is none.</summary>
    public required double Value { get; init; }

    /// <summary>Its standard error; 0 where it is not known.</summary>
    public double StandardError { get; init; }

    /// <summary>
    /// The value on each test set, in their order, or of each round of a benchmark; empty where the number belongs to all of them.
    /// </summary>
    public double[] Values { get; init; } = [];

    /// <summary>Why there is no number, or not all of it; null when nothing is missing.</summary>
    public string? Hole { get; init; }

    /// <summary>What the entry is called, unique in a night.</summary>
    public string Name => NameOf(Source, Setting, Metric);

    /// <summary>The contender, or whatever else the setting begins with.</summary>
    public string Contender => Setting.Split(',', 2)[0];

    /// <summary>A value with the digits of this metric.</summary>
    public string Format(double value) => Format(Kind, Metric, value);

    internal static string NameOf(string source, string setting, string metric) => $"{source}: {setting}: {metric}";

    internal static string Format(NightlyKind kind, string metric, double value) =>
        kind == NightlyKind.Speed ? NumberText.Significant(value, 3) : MetricStyle.Of(metric).Format(value);
}
