namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>A list of values.</summary>
/// <param name="position">Where the list starts.</param>
/// <param name="items">The values, in file order.</param>
public sealed class YamlSequence(YamlPosition position, IReadOnlyList<YamlNode> items) : YamlNode(position)
{
    /// <summary>The values, in file order.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;
}
