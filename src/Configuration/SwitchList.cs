namespace Reproduce.Configuration;

/// <summary>Takes a variant apart into its switches, each a setting as the command line has it.</summary>
public static class SwitchList
{
    private const string ContendersKey = "contenders";

    /// <summary>
    /// The switches in the order of the files, such as <c>contenders.*:cmpe.consistency.huber_norm=elementwise</c>. A map that chooses a
    /// <c>kind</c> is one switch. That a contender is left out is none.
    /// </summary>
    /// <param name="variant">The variant's overlays.</param>
    public static IReadOnlyList<string> Of(IEnumerable<YamlMap> variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return [.. Assignments(variant).Where(assignment => Removed(assignment) is null)];
    }

    /// <summary>The contenders of an experiment that a variant leaves out, such as <c>contenders.ect=~</c>.</summary>
    /// <param name="variant">The variant's overlays.</param>
    /// <param name="tree">The experiment as read.</param>
    public static IReadOnlyList<string> LeftOut(IEnumerable<YamlMap> variant, YamlMap tree)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentNullException.ThrowIfNull(tree);
        YamlMap? contenders = tree.Find(ContendersKey)?.Value as YamlMap;
        return [.. Assignments(variant).Where(a => Removed(a) is string name && contenders?.Find(name) is not null)];
    }

    /// <summary>Whether a switch changes anything in an experiment.</summary>
    /// <param name="assignment">A switch.</param>
    /// <param name="tree">The experiment as read.</param>
    public static bool Applies(string assignment, YamlMap tree)
    {
        try
        {
            return YamlWriter.Write(YamlOverlay.Set(tree, assignment)) != YamlWriter.Write(tree);
        }
        catch (ConfigurationException)
        {
            return false; // A wildcard for something that this experiment does not have.
        }
    }

    /// <summary>Whether a switch belongs to a contender.</summary>
    /// <param name="assignment">A switch.</param>
    /// <param name="contender">The contender's name.</param>
    /// <param name="kind">Its kind.</param>
    public static bool IsOf(string assignment, string contender, string kind)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        return assignment.StartsWith($"{ContendersKey}.{contender}.", StringComparison.Ordinal)
            || assignment.StartsWith($"{ContendersKey}.{YamlOverlay.KindWildcard}{kind}.", StringComparison.Ordinal);
    }

    /// <summary>The last name of a switch's path and its value, for a table.</summary>
    /// <param name="assignment">A switch.</param>
    public static string Label(string assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string[] path = assignment[..equals].Split('.');
        string owner = path[0] == ContendersKey ? path[1].Split(':')[^1] : path[0].Split(':')[^1];
        return $"{owner}: {(path.Length > 1 ? path[^1] + " " : "")}{assignment[(equals + 1)..]}";
    }

    private static IEnumerable<string> Assignments(IEnumerable<YamlMap> variant) =>
        variant.SelectMany(overlay => overlay.Entries).SelectMany(entry => Below(entry.Key, entry.Value));

    // The contender that an assignment removes.
    private static string? Removed(string assignment) =>
        assignment.Split('=') is [string path, "~" or "null"] && path.Split('.') is [ContendersKey, string name] ? name : null;

    private static IEnumerable<string> Below(string path, YamlNode node)
    {
        if (node is not YamlMap map)
        {
            return [$"{path}={YamlWriter.Write(node).TrimEnd()}"];
        }

        if (map.Find(KindCatalogue.Key) is null)
        {
            return map.Entries.SelectMany(entry => Below($"{path}.{entry.Key}", entry.Value));
        }

        IEnumerable<string> entries = map.Entries.Select(e => $"{e.Key}: {YamlWriter.Write(e.Value).TrimEnd()}");
        return [$"{path}={{{string.Join(", ", entries)}}}"];
    }
}
