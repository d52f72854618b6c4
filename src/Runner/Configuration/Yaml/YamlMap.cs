namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>A map from keys to values that keeps the order of its file.</summary>
public sealed class YamlMap : YamlNode
{
    private readonly Dictionary<string, YamlEntry> _byKey;

    /// <summary>Makes a map of entries whose keys differ.</summary>
    /// <param name="position">Where the map starts.</param>
    /// <param name="entries">The entries, in file order.</param>
    /// <exception cref="ArgumentException">Two entries have the same key.</exception>
    public YamlMap(YamlPosition position, IReadOnlyList<YamlEntry> entries)
        : base(position)
    {
        Entries = entries;
        _byKey = entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
    }

    /// <summary>The entries, in file order.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; }

    /// <summary>The entry of a key, or null.</summary>
    public YamlEntry? Find(string key) => _byKey.GetValueOrDefault(key);
}
