namespace Reproduce.Configuration;

/// <summary>A profile or a variant in the folder <c>configs</c>, for those who choose one.</summary>
/// <param name="Name">What the option of the command line takes.</param>
/// <param name="About">The first sentence of the comment at its head; empty when there is none.</param>
/// <param name="Experiments">The experiments that it is for; empty for all.</param>
public sealed record SharedFile(string Name, string About, IReadOnlyList<string> Experiments)
{
    /// <summary>The key under which a profile or a variant names the experiments that it is for.</summary>
    public const string ExperimentsKey = "experiments";

    // A line for editors: where the schema of the file is.
    private const string ForEditors = "yaml-language-server:";

    /// <summary>Whether it is for an experiment.</summary>
    /// <param name="experiment">The experiment's name.</param>
    public bool IsFor(string experiment) => Experiments.Count == 0 || Experiments.Contains(experiment, StringComparer.Ordinal);

    /// <summary>The files of a group, in the order of their names; none where there is no such folder.</summary>
    /// <param name="configs">The folder <c>configs</c>.</param>
    /// <param name="group"><see cref="ExperimentFiles.Profiles"/> or <see cref="ExperimentFiles.Variants"/>.</param>
    /// <exception cref="ConfigurationException">A file cannot be read.</exception>
    public static IReadOnlyList<SharedFile> In(string configs, string group)
    {
        string folder = Path.Combine(configs, group);
        return [.. NamesIn(configs, group).Select(n => Read(folder, n))];
    }

    /// <summary>The names alone, without a look into the files.</summary>
    /// <param name="configs">The folder <c>configs</c>.</param>
    /// <param name="group"><see cref="ExperimentFiles.Profiles"/> or <see cref="ExperimentFiles.Variants"/>.</param>
    public static IReadOnlyList<string> NamesIn(string configs, string group) =>
        [.. YamlText.NamesIn(Path.Combine(configs, group)).Where(n => !n.Contains('.', StringComparison.Ordinal))];

    /// <summary>The kind that each shared contender says, by its name; those without one are left out.</summary>
    /// <param name="configs">The folder <c>configs</c>.</param>
    /// <exception cref="ConfigurationException">A file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> KindsOfContenders(string configs)
    {
        SortedDictionary<string, string> kinds = new(StringComparer.Ordinal);
        foreach (string name in NamesIn(configs, ExperimentFiles.Contenders))
        {
            string file = Path.Combine(configs, ExperimentFiles.Contenders, $"{name}.yaml");
            if (YamlReader.Load(file, file).Find(KindCatalogue.Key)?.Value is YamlScalar { IsNull: false } kind)
            {
                kinds.Add(name, kind.Text);
            }
        }

        return kinds;
    }

    /// <summary>What the head of a file says of it: the first sentence of the comment that it begins with.</summary>
    /// <param name="file">The file.</param>
    public static string AboutOf(string file)
    {
        IEnumerable<string> lines = File.ReadLines(file)
            .TakeWhile(line => line.StartsWith('#'))
            .Select(line => line.TrimStart('#').Trim())
            .Where(line => !line.StartsWith(ForEditors, StringComparison.Ordinal));
        string comment = string.Join(' ', lines);
        int end = comment.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? comment : comment[..(end + 1)];
    }

    /// <summary>The experiments that a tree says it is for.</summary>
    internal static IReadOnlyList<string> ExperimentsOf(YamlMap tree)
    {
        if (tree.Find(ExperimentsKey) is not { } entry)
        {
            return [];
        }

        return entry.Value is YamlSequence sequence && sequence.Items.All(i => i is YamlScalar { IsNull: false })
            ? [.. sequence.Items.Select(i => ((YamlScalar)i).Text)]
            : throw new ConfigurationException(
                $"{entry.Value.Position}: {ExperimentsKey}: expected a list of experiments' names, got {Names.Found(entry.Value)}.");
    }

    private static SharedFile Read(string folder, string name)
    {
        string file = Path.Combine(folder, $"{name}.yaml");
        return new SharedFile(name, AboutOf(file), ExperimentsOf(YamlReader.Load(file, file)));
    }
}
