namespace Reproduce.Reporting;

/// <summary>A number of the paper.</summary>
public sealed record PublishedResult
{
    /// <summary>Table or figure, such as "table3" or "fig4".</summary>
    public required string Source { get; init; }

    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>The network variant of the denoising experiment ("naive", "unet"), otherwise empty.</summary>
    public required string Network { get; init; }

    /// <summary>Number of training simulations, or null where one number stands for all budgets.</summary>
    public int? Budget { get; init; }

    /// <summary>Name of the contender.</summary>
    public required string Contender { get; init; }

    /// <summary>Sampling steps; 1 for flows.</summary>
    public required int Steps { get; init; }

    /// <summary>Name of the metric.</summary>
    public required string Metric { get; init; }

    /// <summary>The number.</summary>
    public required double Value { get; init; }

    /// <summary>How exact it is.</summary>
    public string Note { get; init; } = "";
}

/// <summary>The numbers of the paper: tables exact as printed, curves digitised.</summary>
public sealed class PublishedResults
{
    /// <summary>Keeps the rows in the order of the file: the first source that has a number wins.</summary>
    public PublishedResults(IEnumerable<PublishedResult> rows) => Rows = rows.ToArray();

    /// <summary>All numbers, in the order of the file.</summary>
    public IReadOnlyList<PublishedResult> Rows { get; }

    /// <summary>No published numbers.</summary>
    public static PublishedResults None { get; } = new([]);

    /// <summary>Reads results/published/published-results.csv.</summary>
    /// <exception cref="MalformedTableException">The file is malformed; the message names file, line and column.</exception>
    public static PublishedResults Read(string path)
    {
        using var csv = new CsvTable(path, "source", "experiment", "variant", "budget", "contender", "steps", "metric", "value", "note");
        var rows = new List<PublishedResult>();
        while (csv.Next())
        {
            rows.Add(new PublishedResult
            {
                Source = csv.RequiredText("source"),
                Experiment = csv.RequiredText("experiment"),
                Network = csv.Text("variant"),
                Budget = csv.Text("budget") == "all" ? null : csv.Integer("budget"),
                Contender = csv.RequiredText("contender"),
                Steps = csv.Integer("steps"),
                Metric = csv.RequiredText("metric"),
                Value = csv.Number("value"),
                Note = csv.Text("note"),
            });
        }
        return new PublishedResults(rows);
    }

    /// <summary>Whether the paper has numbers of a metric for an experiment.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="metric">The metric's name among the published numbers.</param>
    public bool Has(string experiment, string metric) => Rows.Any(r => r.Experiment == experiment && r.Metric == metric);

    /// <summary>
    /// The published number of a setting, or null where the paper has none. A contender named METHOD-NETWORK, such as <c>cmpe-unet</c>, has
    /// the number of that method with that network.
    /// </summary>
    public PublishedResult? Find(string experiment, Setting setting, string metric)
    {
        string method = DisplayNames.MethodOf(setting.Contender), network = DisplayNames.NetworkOf(setting.Contender);
        return Rows.FirstOrDefault(r => r.Experiment == experiment && r.Network == network && r.Metric == metric
            && r.Contender == method && r.Steps == setting.Steps && (r.Budget is null || r.Budget == setting.Budget));
    }

    /// <summary>The published curve over sampling steps, from the source with the most points; empty where the paper has none.</summary>
    /// <remarks>Of a contender named METHOD-NETWORK as in <see cref="Find"/>.</remarks>
    public IReadOnlyList<PublishedResult> OverSteps(string experiment, int budget, string contender, string metric)
    {
        string method = DisplayNames.MethodOf(contender), network = DisplayNames.NetworkOf(contender);
        return Longest(
            Rows.Where(r => r.Experiment == experiment && r.Network == network && r.Budget == budget && r.Contender == method && r.Metric == metric), r => r.Steps);
    }

    /// <summary>The published curve over simulation budgets, from the source with the most points; empty where the paper has none.</summary>
    public IReadOnlyList<PublishedResult> OverBudgets(string experiment, string contender, int steps, string metric) =>
        Longest(
            Rows.Where(r => r.Experiment == experiment && r.Steps == steps && r.Contender == contender && r.Metric == metric && r.Budget is not null),
            r => r.Budget!.Value);

    private static PublishedResult[] Longest(IEnumerable<PublishedResult> rows, Func<PublishedResult, int> abscissa) =>
        rows.GroupBy(r => r.Source).OrderByDescending(g => g.Count()).FirstOrDefault()?.OrderBy(abscissa).ToArray() ?? [];
}
