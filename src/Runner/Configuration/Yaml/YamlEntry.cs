namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>One key of a map with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="KeyPosition">Where the key is written.</param>
/// <param name="Value">What the key is set to.</param>
public sealed record YamlEntry(string Key, YamlPosition KeyPosition, YamlNode Value);
