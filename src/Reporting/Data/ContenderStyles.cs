namespace Reproduce.Reporting;

/// <summary>
/// How the contenders of an experiment are shown: each with the look of its kind and, where there are several of a kind, with labels,
/// shades, points and lines that tell them apart.
/// </summary>
public sealed class ContenderStyles
{
    private const string UnknownColour = "#56B4E9";
    private const string ReferenceColour = "#222222";

    private readonly Dictionary<string, MethodStyle> _methods;
    private readonly Dictionary<string, ContenderStyle> _styles;

    /// <summary>The styles of some contenders.</summary>
    /// <param name="methods">The kinds that there are.</param>
    /// <param name="networks">Labels of kinds of networks by name; one that is not there keeps its name.</param>
    /// <param name="contenders">The contenders, in the experiment's order; of several with one name the first counts.</param>
    public ContenderStyles(
        IEnumerable<MethodStyle> methods, IReadOnlyDictionary<string, string> networks, IEnumerable<Contender> contenders)
    {
        _methods = methods.ToDictionary(m => m.Name);
        ContenderStyle[] styles =
        [
            .. contenders.DistinctBy(c => c.Name).Where(c => c.Name != Measurement.Reference).GroupBy(c => c.Method)
                .SelectMany(kind => Siblings(MethodOf(kind.Key), [.. kind], networks)),
        ];
        HashSet<string> ambiguous = [.. styles.GroupBy(s => s.Label).Where(same => same.Count() > 1).Select(same => same.Key)];
        _styles = styles.ToDictionary(
            s => s.Name,
            s => ambiguous.Contains(s.Label) && s.Name != s.Method.Name ? s with { Label = $"{s.Label} ({s.Name})" } : s);
        _styles[Measurement.Reference] = new ContenderStyle
        {
            Name = Measurement.Reference,
            Label = "Reference",
            Method = new MethodStyle
            {
                Name = Measurement.Reference,
                Label = "Reference",
                Order = int.MaxValue,
                Colour = ReferenceColour,
                Marker = MarkerForm.Cross,
            },
        };
    }

    /// <summary>No kinds and no contenders: each is shown by its own name.</summary>
    public static ContenderStyles None { get; } = new([], new Dictionary<string, string>(), []);

    /// <summary>The style of a contender; one that is not known is shown by its name, and as a kind where it has the name of one.</summary>
    /// <param name="contender">The contender's name.</param>
    public ContenderStyle Of(string contender) => Find(contender) ?? OfKind(contender);

    /// <summary>The style of a contender, or of the kind that has this name; null when there is neither.</summary>
    /// <param name="contender">The contender's name.</param>
    public ContenderStyle? Find(string contender) => _styles.TryGetValue(contender, out ContenderStyle? style)
        ? style
        : FindKind(contender) is null ? null : OfKind(contender);

    /// <summary>The look of a kind; null when there is none of this name.</summary>
    /// <param name="kind">The kind's name.</param>
    public MethodStyle? FindKind(string kind) => _methods.GetValueOrDefault(kind);

    /// <summary>A kind as its only contender would be shown, whatever contenders there are.</summary>
    /// <param name="kind">The kind's name.</param>
    public ContenderStyle OfKind(string kind) => new() { Name = kind, Label = MethodOf(kind).Label, Method = MethodOf(kind) };

    /// <summary>"CMPE, 10 steps", or "ACF".</summary>
    /// <param name="contender">The contender's name.</param>
    /// <param name="steps">Sampling steps.</param>
    public string Setting(string contender, int steps) => Of(contender).Setting(steps);

    /// <summary>Sorts settings for display: budget, kind, contender, steps.</summary>
    /// <param name="settings">The settings.</param>
    public IEnumerable<Setting> InOrder(IEnumerable<Setting> settings) =>
        from setting in settings
        let style = Of(setting.Contender)
        orderby setting.Budget, style.Method.Order, style.Sibling, style.Label, setting.Steps
        select setting;

    private MethodStyle MethodOf(string name) => FindKind(name) ?? new MethodStyle
    {
        Name = name,
        Label = name,
        Order = int.MaxValue,
        Colour = UnknownColour,
        Marker = MarkerForm.Cross,
        StepWord = "step",
    };

    private static IEnumerable<ContenderStyle> Siblings(
        MethodStyle method,
        Contender[] siblings,
        IReadOnlyDictionary<string, string> networks
    )
    {
        bool differ = siblings.Select(c => c.Network).Distinct().Count() > 1;
        string NetworkLabel(Contender c) => networks.GetValueOrDefault(c.Network, c.Network);
        return siblings.Select((c, i) => new ContenderStyle
        {
            Name = c.Name,
            Label = c.Label ?? (differ ? $"{method.Label} {NetworkLabel(c)}".TrimEnd() : method.Label),
            Method = method,
            Network = c.Network,
            NetworkLabel = NetworkLabel(c),
            Sibling = i,
        });
    }
}
