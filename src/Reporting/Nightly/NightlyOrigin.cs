namespace Reproduce.Reporting;

/// <summary>When and where numbers were measured.</summary>
/// <param name="Date">UTC, "2026-11-24 03:10Z".</param>
/// <param name="Commit">Commit of the source.</param>
/// <param name="Machine">Processor and number of cores.</param>
public sealed record NightlyOrigin(string Date, string Commit, string Machine);
