namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>The folder of shared settings: <c>contenders</c>, <c>profiles</c> and <c>variants</c>, each with one file per name.</summary>
internal sealed class ConfigurationFolder
{
    private readonly string _path;
    private readonly Func<string, string> _display;

    private ConfigurationFolder(string path, Func<string, string> display)
    {
        _path = path;
        _display = display;
    }

    /// <summary>Finds <c>configs</c> beside the experiment's folder or in the working folder.</summary>
    /// <param name="experimentPath">Full path of the experiment file.</param>
    /// <param name="workingFolder">Full path of the working folder.</param>
    /// <param name="display">How error messages name a full path.</param>
    public static ConfigurationFolder Find(string experimentPath, string workingFolder, Func<string, string> display)
    {
        var experiments = Path.GetDirectoryName(experimentPath) ?? workingFolder;
        string[] places =
        [
            Path.Combine(Path.GetDirectoryName(experiments) ?? experiments, "configs"),
            Path.Combine(workingFolder, "configs"),
        ];
        var found = Array.Find(places, Directory.Exists);
        if (found is not null) return new ConfigurationFolder(found, display);
        var looked = string.Join(" and ", places.Distinct(StringComparer.Ordinal));
        throw new ConfigurationException(
            $"{display(experimentPath)}: the folder 'configs' of shared settings was not found; looked for {looked}.");
    }

    /// <summary>Loads the file of a name.</summary>
    /// <param name="group">The subfolder, such as <c>profiles</c>.</param>
    /// <param name="name">The name. It is only ever compared with the files that exist, so it cannot lead out of the folder.</param>
    /// <param name="askedBy">What an error message names as the origin of the name.</param>
    public YamlMap Load(string group, string name, string askedBy)
    {
        var folder = Path.Combine(_path, group);
        var names = YamlText.NamesIn(folder).Where(n => !n.Contains('.', StringComparison.Ordinal)).ToList();
        if (names.Contains(name, StringComparer.Ordinal))
        {
            var file = Path.Combine(folder, $"{name}.yaml");
            return YamlReader.Load(file, _display(file));
        }

        var available = names.Count == 0 ? "nothing" : string.Join(", ", names);
        var hint = NameSuggestions.DidYouMean(name, names);
        throw new ConfigurationException($"{askedBy}: {_display(folder)} holds no {Phrases.Quote(name)}{hint} Available: {available}.");
    }

    /// <summary>Loads what a file adds for one experiment, <c>NAME.EXPERIMENT.yaml</c>; null when there is no such file.</summary>
    /// <param name="group">The subfolder.</param>
    /// <param name="name">The name of the file that it adds to.</param>
    /// <param name="experiment">The experiment's name, compared with the files that exist like the other one.</param>
    public YamlMap? LoadAddition(string group, string name, string experiment)
    {
        var folder = Path.Combine(_path, group);
        var wanted = $"{name}.{experiment}";
        if (!YamlText.NamesIn(folder).Contains(wanted, StringComparer.Ordinal)) return null;
        var file = Path.Combine(folder, $"{wanted}.yaml");
        return YamlReader.Load(file, _display(file));
    }
}
