namespace Reproduce.Configuration;

/// <summary>Where two trees differ.</summary>
public static class YamlDifferences
{
    private const int LongestText = 80;

    /// <summary>The keys at which two trees differ, with the value of each.</summary>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    /// <returns>
    /// Keys joined by dots, in the order of the first tree and then of the second; the value as a file has it, shortened, how many entries
    /// a map or a list of maps has, or null where there is none.
    /// </returns>
    public static IReadOnlyList<(string Key, string? First, string? Second)> Of(YamlMap first, YamlMap second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return [.. Walk("", first, second)];
    }

    private static IEnumerable<(string Key, string? First, string? Second)> Walk(string prefix, YamlMap first, YamlMap second)
    {
        foreach (string key in first.Entries.Concat(second.Entries).Select(e => e.Key).Distinct(StringComparer.Ordinal))
        {
            YamlNode? a = first.Find(key)?.Value, b = second.Find(key)?.Value;
            if (a is not null && b is not null && YamlWriter.Write(a) == YamlWriter.Write(b))
            {
                continue;
            }

            if (a is YamlMap x && b is YamlMap y)
            {
                foreach ((string Key, string? First, string? Second) inner in Walk(prefix + key + ".", x, y))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return (prefix + key, Text(a), Text(b));
            }
        }
    }

    private static string? Text(YamlNode? node)
    {
        if (node is YamlMap || (node is YamlSequence list && list.Items.Any(i => i is not YamlScalar)))
        {
            int entries = node is YamlMap map ? map.Entries.Count : ((YamlSequence)node).Items.Count;
            return entries == 1 ? "1 entry" : FormattableString.Invariant($"{entries} entries");
        }

        string? text = node is null ? null : YamlWriter.Write(node).TrimEnd('\n');
        return text?.Length > LongestText ? text[..LongestText] + "…" : text;
    }
}
