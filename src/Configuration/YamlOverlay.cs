namespace Reproduce.Configuration;

/// <summary>
/// Lays one tree over another. Maps are merged deeply, lists and values are replaced whole, and <c>~</c> takes a key away.
/// <para>
/// A key <c>"*"</c> of the overlay applies to every entry that the base map has, and <c>"*:cmpe"</c> to every entry whose <c>kind</c> is
/// <c>cmpe</c>; both need quotes in a file, where a bare <c>*</c> would be an alias. They are laid first, <c>"*"</c> before
/// <c>"*:kind"</c>, so that what is said about a named entry has the last word:
/// </para>
/// <code>
/// contenders:
///   "*": { training: { epochs: 2 } }           # all of them,
///   "*:cmpe": { training: { final_steps: 4 } } # these too,
///   fmpe: { training: { epochs: 3 } }          # and this one differently
/// </code>
/// <para>Where the base has no entry to apply to, a wildcard does nothing: one overlay can then serve many files.</para>
/// </summary>
public static class YamlOverlay
{
    /// <summary>The key that stands for every entry of a map.</summary>
    public const string Wildcard = "*";

    /// <summary>What stands before a kind in a key that stands for every entry of that kind.</summary>
    public const string KindWildcard = "*:";

    /// <summary>The base with the overlay laid over it. Neither argument changes.</summary>
    /// <param name="baseNode">What is there.</param>
    /// <param name="overlay">What is laid over it.</param>
    public static YamlNode Merge(YamlNode baseNode, YamlNode overlay) =>
        overlay is YamlMap map ? Merge(baseNode as YamlMap ?? new YamlMap(map.Position, []), map) : overlay;

    /// <summary>The base map with the overlay laid over it. Neither argument changes.</summary>
    /// <param name="baseMap">What is there.</param>
    /// <param name="overlay">What is laid over it.</param>
    public static YamlMap Merge(YamlMap baseMap, YamlMap overlay)
    {
        var entries = new OrderedDictionary<string, YamlEntry>(StringComparer.Ordinal);
        foreach (YamlEntry entry in baseMap.Entries)
        {
            entries.Add(entry.Key, entry);
        }

        foreach (YamlEntry wildcard in overlay.Entries.Where(entry => IsWildcard(entry.Key)).OrderBy(entry => entry.Key.Length > 1))
        {
            foreach (string name in entries.Where(entry => Applies(wildcard.Key, entry.Value.Value)).Select(entry => entry.Key).ToList())
            {
                Lay(entries, name, wildcard);
            }
        }

        foreach (YamlEntry entry in overlay.Entries.Where(entry => !IsWildcard(entry.Key)))
        {
            Lay(entries, entry.Key, entry);
        }

        return new YamlMap(baseMap.Position, [.. entries.Values]);
    }

    /// <summary>
    /// The tree with one setting of the command line laid over it. The path may hold wildcards, which must then apply to something: nobody
    /// types an option that is meant to do nothing.
    /// </summary>
    /// <param name="root">The tree.</param>
    /// <param name="assignment"><c>a.b.c=value</c>; the value is YAML, so <c>[1, 2]</c> is a list and <c>~</c> takes the key away.</param>
    /// <exception cref="ConfigurationException">The setting has no such form.</exception>
    public static YamlMap Set(YamlMap root, string assignment)
    {
        string option = $"--set {Names.Shorten(assignment)}";
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string[] path = equals < 0 ? [] : assignment[..equals].Split('.');
        if (path.Length is 0 or > YamlReader.MaximumDepth || path.Any(key => key.Length is 0 or > YamlReader.MaximumKeyLength))
        {
            throw new ConfigurationException($"{option}: expected KEY.KEY=VALUE, such as simulations.validation=100.");
        }

        string text = assignment[(equals + 1)..];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new ConfigurationException($"{option}: a value is missing; write '' for an empty text, or ~ to take the key away.");
        }

        if (!ReachesSomething(root, path))
        {
            throw new ConfigurationException($"{option}: the wildcard matches no entry.");
        }

        YamlPosition position = YamlPosition.Whole(option);
        YamlNode overlay = path.Reverse().Aggregate(
            YamlReader.ParseOption(text, option),
            (value, key) => new YamlMap(position, [new YamlEntry(key, position, value)]));
        return Merge(root, (YamlMap)overlay);
    }

    /// <summary>The tree with a text in a map of it, as if it stood in the file there.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="section">The map's key.</param>
    /// <param name="key">The text's key in the map.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">There is no such map.</exception>
    public static YamlMap Put(YamlMap root, string section, string key, string text)
    {
        ArgumentNullException.ThrowIfNull(root);
        YamlEntry into = root.Find(section) is { Value: YamlMap } found
            ? found
            : throw new ArgumentException($"there is no map '{section}'", nameof(section));
        YamlPosition position = into.Value.Position;
        YamlMap value = new(position, [new YamlEntry(key, position, new YamlScalar(position, text, isQuoted: true))]);
        return Merge(root, new YamlMap(root.Position, [new YamlEntry(section, into.KeyPosition, value)]));
    }

    /// <summary>True for <c>*</c> and for <c>*:kind</c>.</summary>
    internal static bool IsWildcard(string key) => key == Wildcard || key.StartsWith(KindWildcard, StringComparison.Ordinal);

    private static bool Applies(string wildcard, YamlNode value)
    {
        if (wildcard == Wildcard)
        {
            return true;
        }

        YamlScalar? kind = (value as YamlMap)?.Find(KindCatalogue.Key)?.Value as YamlScalar;
        return kind?.Text == wildcard[KindWildcard.Length..];
    }

    private static void Lay(OrderedDictionary<string, YamlEntry> entries, string name, YamlEntry overlay)
    {
        YamlEntry? known = entries.GetValueOrDefault(name);
        if (overlay.Value is YamlScalar { IsNull: true } && known is not null)
        {
            entries.Remove(name);
        }

        // A null that takes nothing away stays, so that a misspelt key is still seen by the binder.
        else if (known is null)
        {
            entries[name] = new YamlEntry(name, overlay.KeyPosition, Plain(overlay.Value));
        }
        else
        {
            entries[name] = new YamlEntry(name, PositionOf(known, overlay), Merge(known.Value, overlay.Value));
        }
    }

    // Merging with nothing drops the wildcards, which no binder knows.
    private static YamlNode Plain(YamlNode overlay) => overlay is YamlMap map ? Merge(new YamlMap(map.Position, []), map) : overlay;

    private static YamlPosition PositionOf(YamlEntry known, YamlEntry overlay) =>
        known.Value is YamlMap && overlay.Value is YamlMap ? known.KeyPosition : overlay.KeyPosition;

    private static bool ReachesSomething(YamlNode? node, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        YamlMap? map = node as YamlMap;
        if (!IsWildcard(path[0]))
        {
            return ReachesSomething(map?.Find(path[0])?.Value, path[1..]);
        }

        foreach (YamlEntry entry in map?.Entries ?? [])
        {
            if (Applies(path[0], entry.Value) && ReachesSomething(entry.Value, path[1..]))
            {
                return true;
            }
        }

        return false;
    }
}
