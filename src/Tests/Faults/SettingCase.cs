namespace Reproduce.Tests.Faults;

/// <summary>A value of a setting at one of its limits, or one past it.</summary>
/// <param name="Experiment">Name of the experiment file.</param>
/// <param name="Path">The setting, such as <c>contenders.acf.training.epochs</c>.</param>
/// <param name="Value">The value as YAML.</param>
/// <param name="Contender">The contender that the setting is of, or null.</param>
/// <param name="Record">The settings records on the way to it: cases with the same ones stand for one another.</param>
/// <param name="IsLong">Whether a run with the value would take long, or much memory: it is only planned.</param>
internal sealed record SettingCase(string Experiment, string Path, string Value, string? Contender, string Record, bool IsLong)
{
    /// <summary>What the command line is given.</summary>
    public string Set => $"{Path}={Value}";

    public override string ToString() => $"{Experiment}: {Set}";
}
