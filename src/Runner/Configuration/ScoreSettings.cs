using Reproduce.Evaluation;

namespace Reproduce.Runner.Configuration;

/// <summary>How draws are scored.</summary>
public sealed record ScoreSettings
{
    /// <summary>The classifier two-sample test.</summary>
    public C2stSettings C2st { get; init; } = new();

    /// <summary>The maximum mean discrepancy.</summary>
    public MmdSettings Mmd { get; init; } = new();
}
