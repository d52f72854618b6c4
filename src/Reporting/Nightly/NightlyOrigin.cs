namespace Reproduce.Reporting;

/// <summary>When and where numbers were measured.</summary>
/// <param name="Date">UTC, "2026-11-24 03:10Z".</param>
/// <param name="Commit">Commit of the source.</param>
/// <param name="Machine">Processor, cores, width of its vectors and threads.</param>
/// <param name="Packages">Names and versions of the packages that compute; empty where they are not known.</param>
public sealed record NightlyOrigin(string Date, string Commit, string Machine, string Packages)
{
    /// <summary>What nights must have in common to be one series.</summary>
    public string Key => Packages.Length == 0 ? Machine : $"{Machine}, {Packages}";
}
