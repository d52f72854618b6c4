namespace Reproduce.Configuration;

/// <summary>
/// Puts the tree of an experiment together from its files, later ones over earlier ones:
/// <list type="number">
/// <item>the experiment file, in which a contender may say <c>extends: NAME</c> to start from <c>configs/contenders/NAME.yaml</c>;</item>
/// <item><c>configs/profiles/PROFILE.yaml</c>, which changes the scale, with <c>PROFILE.EXPERIMENT.yaml</c>, if there is one, for what
/// holds for one experiment only;</item>
/// <item><c>configs/variants/VARIANT.yaml</c>, which changes the method, likewise;</item>
/// <item>the settings of the command line, in their order.</item>
/// </list>
/// <para>
/// Profiles and variants serve every experiment: what they say under <c>contenders</c> about a contender that the experiment does not have
/// is passed over. Everything else that they add must be a known setting. One that is for some experiments only names them under
/// <c>experiments</c>. How trees are laid over one another, and the wildcards
/// <c>"*"</c> and <c>"*:kind"</c>, is said at <see cref="YamlOverlay"/>.
/// </para>
/// <para>The folder <c>configs</c> stands beside the folder of the experiment file, or else in the working folder.</para>
/// </summary>
public static class ExperimentFiles
{
    /// <summary>The section of contenders in an experiment, and the folder of those that are shared in <c>configs</c>.</summary>
    public const string Contenders = "contenders";

    /// <summary>The key by which a contender names a shared one.</summary>
    public const string Extends = "extends";

    /// <summary>The folder of profiles in <c>configs</c>.</summary>
    public const string Profiles = "profiles";

    /// <summary>The folder of variants in <c>configs</c>.</summary>
    public const string Variants = "variants";

    /// <summary>Loads an experiment with everything that is laid over it.</summary>
    /// <param name="experimentPath">The experiment file.</param>
    /// <param name="profile">Name of a profile, or null.</param>
    /// <param name="variant">Name of a variant, or null.</param>
    /// <param name="sets">Settings of the command line, each <c>a.b.c=value</c>.</param>
    /// <param name="workingFolder">Relative paths start here; the process's folder when null.</param>
    /// <param name="contenderKinds">
    /// The kinds that a wildcard under <c>contenders</c> may name, so that a misspelt one is not passed over in silence; unchecked when
    /// null.
    /// </param>
    /// <exception cref="ConfigurationException">A file is missing or wrong, or a name is unknown.</exception>
    public static YamlMap Load(
        string experimentPath,
        string? profile,
        string? variant,
        IEnumerable<string> sets,
        string? workingFolder = null,
        IReadOnlyCollection<string>? contenderKinds = null)
    {
        string working = Path.GetFullPath(workingFolder ?? Environment.CurrentDirectory);
        if (string.IsNullOrWhiteSpace(experimentPath) || experimentPath.Contains('\0', StringComparison.Ordinal))
        {
            throw new ConfigurationException($"expected the path of an experiment file, got {Names.Quote(experimentPath)}.");
        }

        string path = Path.GetFullPath(experimentPath, working);
        string Display(string file) => DisplayName(file, working);
        YamlMap root = YamlReader.Load(path, Display(path));
        var folder = new Lazy<ConfigurationFolder>(() => ConfigurationFolder.Find(path, working, Display));
        root = Expand(root, folder);
        if (profile is not null)
        {
            root = Lay(root, OverlaysOf(folder.Value, Profiles, profile, root), contenderKinds);
        }

        if (variant is not null)
        {
            root = Lay(root, OverlaysOf(folder.Value, Variants, variant, root), contenderKinds);
        }

        root = sets.Aggregate(root, YamlOverlay.Set);
        RefuseLateExtends(root);
        return root;
    }

    /// <summary>Loads a variant by itself: its overlay, and the one that it adds for this experiment if there is one.</summary>
    /// <param name="experimentPath">The experiment file, beside whose folder <c>configs</c> is looked for.</param>
    /// <param name="variant">The variant's name.</param>
    /// <param name="experiment">The experiment as read.</param>
    /// <exception cref="ConfigurationException">The file is missing or wrong.</exception>
    public static IReadOnlyList<YamlMap> LoadVariant(string experimentPath, string variant, YamlMap experiment)
    {
        string working = Environment.CurrentDirectory;
        string path = Path.GetFullPath(experimentPath, working);
        ConfigurationFolder folder = ConfigurationFolder.Find(path, working, file => DisplayName(file, working));
        return OverlaysOf(folder, Variants, variant, experiment);
    }

    // The overlay itself and what it adds for this very experiment.
    private static List<YamlMap> OverlaysOf(ConfigurationFolder folder, string group, string overlay, YamlMap experiment)
    {
        string option = $"--{group.TrimEnd('s')} {overlay}";
        YamlMap own = folder.Load(group, overlay, option);
        string name = (experiment.Find("name")?.Value as YamlScalar)?.Text ?? "";
        IReadOnlyList<string> fitting = SharedFile.ExperimentsOf(own);
        if (fitting.Count > 0 && !fitting.Contains(name, StringComparer.Ordinal))
        {
            throw new ConfigurationException($"{option}: this one is for {string.Join(" and ", fitting)}, got {Names.Quote(name)}.");
        }

        List<YamlMap> overlays = [new YamlMap(own.Position, [.. own.Entries.Where(e => e.Key != SharedFile.ExperimentsKey)])];
        if (folder.LoadAddition(group, overlay, name) is { } addition)
        {
            overlays.Add(addition);
        }

        return overlays;
    }

    private static YamlMap Lay(YamlMap root, List<YamlMap> overlays, IReadOnlyCollection<string>? contenderKinds) =>
        overlays.Aggregate(root, (tree, overlay) => Overlay(tree, overlay, contenderKinds));

    private static YamlMap Expand(YamlMap root, Lazy<ConfigurationFolder> folder)
    {
        if (root.Find(Contenders)?.Value is not YamlMap contenders)
        {
            return root;
        }

        List<YamlEntry> expanded = contenders.Entries.Select(entry => entry with { Value = ExpandOne(entry, folder) }).ToList();
        return Replace(root, Contenders, new YamlMap(contenders.Position, expanded));
    }

    private static YamlNode ExpandOne(YamlEntry contender, Lazy<ConfigurationFolder> folder)
    {
        if (contender.Value is not YamlMap own || own.Find(Extends)?.Value is not { } name)
        {
            return contender.Value;
        }

        string path = Names.Join(Names.Join(Contenders, contender.Key), Extends);
        if (name is not YamlScalar { IsNull: false } scalar)
        {
            throw new ConfigurationException(
                $"{name.Position}: {path}: expected the name of a shared contender, got {Names.Found(name)}.");
        }

        YamlMap shared = folder.Value.Load(Contenders, scalar.Text, $"{name.Position}: {path}");
        if (shared.Find(Extends) is { } chained)
        {
            throw new ConfigurationException($"{chained.KeyPosition}: a shared contender cannot extend another; write its settings out.");
        }

        List<YamlEntry> rest = own.Entries.Where(entry => entry.Key != Extends).ToList();
        return YamlOverlay.Merge(shared, new YamlMap(own.Position, rest));
    }

    private static YamlMap Overlay(YamlMap root, YamlMap overlay, IReadOnlyCollection<string>? kinds)
    {
        if (overlay.Find(Contenders)?.Value is not YamlMap changes)
        {
            return YamlOverlay.Merge(root, overlay);
        }

        foreach (YamlEntry entry in changes.Entries.Where(e => e.Key.StartsWith(YamlOverlay.KindWildcard, StringComparison.Ordinal)))
        {
            string kind = entry.Key[YamlOverlay.KindWildcard.Length..];
            if (kinds is null || kinds.Contains(kind))
            {
                continue;
            }

            string hint = Names.DidYouMean(kind, kinds);
            throw new ConfigurationException(
                $"{entry.KeyPosition}: {Contenders}: no kind is called {Names.Quote(kind)}{hint} Kinds: {string.Join(", ", kinds)}.");
        }

        YamlMap? present = root.Find(Contenders)?.Value as YamlMap;
        YamlEntry[] fitting = [.. changes.Entries.Where(e => YamlOverlay.IsWildcard(e.Key) || present?.Find(e.Key) is not null)];
        return YamlOverlay.Merge(root, Replace(overlay, Contenders, new YamlMap(changes.Position, fitting)));
    }

    private static void RefuseLateExtends(YamlMap root)
    {
        foreach (YamlEntry contender in (root.Find(Contenders)?.Value as YamlMap)?.Entries ?? [])
        {
            if ((contender.Value as YamlMap)?.Find(Extends) is not { } late)
            {
                continue;
            }

            throw new ConfigurationException($"{late.KeyPosition}: {Extends}: only the experiment file may say what a contender extends.");
        }
    }

    private static YamlMap Replace(YamlMap map, string key, YamlNode value) =>
        new(map.Position, [.. map.Entries.Select(entry => entry.Key == key ? entry with { Value = value } : entry)]);

    // Short and with forward slashes, so that the same mistake reads the same on every system.
    private static string DisplayName(string file, string working)
    {
        string relative = Path.GetRelativePath(working, file);
        bool isInside = !Path.IsPathRooted(relative) && !relative.StartsWith("..", StringComparison.Ordinal);
        return isInside ? relative.Replace(Path.DirectorySeparatorChar, '/') : file;
    }
}

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

    /// <summary>
    /// Finds <c>configs</c> beside the experiment's folder, or beside the folder <c>experiments</c> that has it, or in the working folder.
    /// </summary>
    /// <param name="experimentPath">Full path of the experiment file.</param>
    /// <param name="workingFolder">Full path of the working folder.</param>
    /// <param name="display">How error messages name a full path.</param>
    public static ConfigurationFolder Find(string experimentPath, string workingFolder, Func<string, string> display)
    {
        string experiments = Path.GetDirectoryName(experimentPath) ?? workingFolder;
        string above = Path.GetDirectoryName(experiments) ?? experiments;
        if (Path.GetFileName(above) == "experiments")
        {
            experiments = above;
        }

        string[] places =
        [
            Path.Combine(Path.GetDirectoryName(experiments) ?? experiments, "configs"),
            Path.Combine(workingFolder, "configs"),
        ];
        string? found = Array.Find(places, Directory.Exists);
        if (found is not null)
        {
            return new ConfigurationFolder(found, display);
        }

        string looked = string.Join(" and ", places.Distinct(StringComparer.Ordinal));
        throw new ConfigurationException(
            $"{display(experimentPath)}: the folder 'configs' of shared settings was not found; looked for {looked}.");
    }

    /// <summary>Loads the file of a name.</summary>
    /// <param name="group">The subfolder, such as <c>profiles</c>.</param>
    /// <param name="name">The name. It is only ever compared with the files that exist, so it cannot lead out of the folder.</param>
    /// <param name="askedBy">What an error message names as the origin of the name.</param>
    public YamlMap Load(string group, string name, string askedBy)
    {
        string folder = Path.Combine(_path, group);
        IReadOnlyList<string> names = SharedFile.NamesIn(_path, group);
        if (names.Contains(name, StringComparer.Ordinal))
        {
            string file = Path.Combine(folder, $"{name}.yaml");
            return YamlReader.Load(file, _display(file));
        }

        string available = names.Count == 0 ? "nothing" : string.Join(", ", names);
        string hint = Names.DidYouMean(name, names);
        throw new ConfigurationException($"{askedBy}: {_display(folder)} holds no {Names.Quote(name)}{hint} Available: {available}.");
    }

    /// <summary>Loads what a file adds for one experiment, <c>NAME.EXPERIMENT.yaml</c>; null when there is no such file.</summary>
    /// <param name="group">The subfolder.</param>
    /// <param name="name">The name of the file that it adds to.</param>
    /// <param name="experiment">The experiment's name, compared with the files that exist like the other one.</param>
    public YamlMap? LoadAddition(string group, string name, string experiment)
    {
        string folder = Path.Combine(_path, group);
        string wanted = $"{name}.{experiment}";
        if (!YamlText.NamesIn(folder).Contains(wanted, StringComparer.Ordinal))
        {
            return null;
        }

        string file = Path.Combine(folder, $"{wanted}.yaml");
        return YamlReader.Load(file, _display(file));
    }
}
