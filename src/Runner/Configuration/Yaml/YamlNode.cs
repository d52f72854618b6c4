namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>A value of a configuration file that remembers where it was written. Nodes never change, so trees may share them.</summary>
/// <param name="position">Where the value starts.</param>
public abstract class YamlNode(YamlPosition position)
{
    /// <summary>Where the value starts.</summary>
    public YamlPosition Position { get; } = position;
}
