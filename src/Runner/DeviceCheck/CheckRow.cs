namespace Reproduce.Runner.DeviceCheck;

/// <summary>One finding about a device.</summary>
/// <param name="Subject">Experiment and contender, such as "gmm/cmpe", or what else was looked at.</param>
/// <param name="Measure">What was compared or measured.</param>
/// <param name="Value">The number; null when there is none.</param>
/// <param name="Unit">Its unit; empty for a ratio.</param>
/// <param name="Limit">What it may be at most; null for a measurement, which nothing is held to.</param>
/// <param name="Note">A sentence or nothing.</param>
internal sealed record CheckRow(string Subject, string Measure, double? Value, string Unit = "", double? Limit = null, string Note = "")
{
    /// <summary>What could not be done says so in place of a number.</summary>
    public bool IsFailure { get; init; }

    /// <summary>
    /// "ok" or "FAILED" for what has a limit or could not be done, "skipped" for what was left out, nothing for measurements.
    /// </summary>
    public string Verdict => IsFailure ? Failed
        : Value is null ? "skipped"
        : Limit is not double limit ? ""
        : Value <= limit ? "ok" : Failed; // NaN is no number within any limit.

    private const string Failed = "FAILED";

    /// <summary>Whether the device is wrong here.</summary>
    public bool IsWrong => Verdict == Failed;
}
