namespace Reproduce.Reporting;

/// <summary>One number that was measured: a row of the one tidy results table.</summary>
public sealed record Measurement
{
    /// <summary>Name of the experiment, such as "gmm".</summary>
    public required string Experiment { get; init; }

    /// <summary>The variant that is none: the method as the paper's text gives it.</summary>
    public const string PaperVariant = "paper";

    /// <summary>"paper", or the name of the variant that was run, such as "published-code".</summary>
    public required string Variant { get; init; }

    /// <summary>Name of the contender, which is free; "reference" for the floor of a metric.</summary>
    public required string Contender { get; init; }

    /// <summary>Name of the contender's kind, such as "cmpe"; empty for the reference.</summary>
    public string Method { get; init; } = "";

    /// <summary>Name of its free-form network's kind, such as "u-net"; empty for a kind without one.</summary>
    public string Network { get; init; } = "";

    /// <summary>Number of training simulations.</summary>
    public required int Budget { get; init; }

    /// <summary>Which of the replicated trainings, from 0.</summary>
    public required int Replicate { get; init; }

    /// <summary>Sampling steps (network passes); 1 for flows.</summary>
    public required int Steps { get; init; }

    /// <summary>Index of the test data set, or null when the number belongs to all of them (a time, a calibration error).</summary>
    public int? DataSet { get; init; }

    /// <summary>Name of the metric, such as "c2st", "mmd2", "mmd2_unbiased", "rmse", "ece_max", "seconds_per_1000_draws".</summary>
    public required string Metric { get; init; }

    /// <summary>The value; finite when <see cref="Status"/> is "ok", NaN otherwise.</summary>
    public required double Value { get; init; }

    /// <summary>"ok", or why there is no value (such as "diverged").</summary>
    public string Status { get; init; } = Ok;

    /// <summary>The status of a row that has a value.</summary>
    public const string Ok = "ok";

    /// <summary>The status of a row whose value came out infinite or not a number.</summary>
    public const string NotFinite = "no finite number";

    /// <summary>The contender name of the floor: a second, independent draw of the reference posterior, scored like a contender.</summary>
    public const string Reference = "reference";

    /// <summary>Where it was measured.</summary>
    public MeasuredPlace Place => new(Contender, Budget, Replicate, Steps);

    /// <summary>Itself; with the reason in place of the value where that is infinite or not a number, which no file can hold.</summary>
    public Measurement OrHole() =>
        Status == Ok && !double.IsFinite(Value) ? this with { Value = double.NaN, Status = NotFinite } : this;
}
