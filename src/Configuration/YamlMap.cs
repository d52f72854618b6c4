namespace Reproduce.Configuration;

/// <summary>A map from keys to values that keeps the order of its file: a whole experiment, or a part of one.</summary>
public sealed class YamlMap : YamlNode
{
    private readonly Dictionary<string, YamlEntry> _byKey;

    /// <summary>Makes a map of entries whose keys differ.</summary>
    /// <param name="position">Where the map starts.</param>
    /// <param name="entries">The entries, in file order.</param>
    /// <exception cref="ArgumentException">Two entries have the same key.</exception>
    internal YamlMap(YamlPosition position, IReadOnlyList<YamlEntry> entries)
        : base(position)
    {
        Entries = entries;
        _byKey = entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
    }

    /// <summary>The entries, in file order.</summary>
    internal IReadOnlyList<YamlEntry> Entries { get; }

    /// <summary>The entry of a key, or null.</summary>
    internal YamlEntry? Find(string key) => _byKey.GetValueOrDefault(key);
}

/// <summary>One key of a map with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="KeyPosition">Where the key is written.</param>
/// <param name="Value">What the key is set to.</param>
internal sealed record YamlEntry(string Key, YamlPosition KeyPosition, YamlNode Value);
