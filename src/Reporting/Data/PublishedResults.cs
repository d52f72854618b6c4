namespace Reproduce.Reporting;

/// <summary>The numbers of the paper: tables exact as printed, curves digitised.</summary>
public sealed class PublishedResults
{
    /// <summary>Keeps the rows in the order of the file.</summary>
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
    /// The published numbers of a setting, one for each source that has it, in the order of the file; empty where the paper has none. A contender named
    /// METHOD-NETWORK, such as <c>cmpe-unet</c>, has the numbers of that method with that network.
    /// </summary>
    public IReadOnlyList<PublishedResult> All(string experiment, Setting setting, string metric)
    {
        ArgumentNullException.ThrowIfNull(setting);
        string method = DisplayNames.MethodOf(setting.Contender), network = DisplayNames.NetworkOf(setting.Contender);
        return
        [
            .. Rows.Where(r => r.Experiment == experiment && r.Network == network && r.Metric == metric
                && r.Contender == method && r.Steps == setting.Steps && (r.Budget is null || r.Budget == setting.Budget)),
        ];
    }

    /// <summary>The published curves over sampling steps, one for each source, that with the most points first; empty where the paper has none.</summary>
    /// <remarks>Of a contender named METHOD-NETWORK as in <see cref="All"/>.</remarks>
    public IReadOnlyList<IReadOnlyList<PublishedResult>> OverSteps(string experiment, int budget, string contender, string metric)
    {
        string method = DisplayNames.MethodOf(contender), network = DisplayNames.NetworkOf(contender);
        return BySource(
            Rows.Where(r => r.Experiment == experiment && r.Network == network && r.Budget == budget && r.Contender == method && r.Metric == metric), r => r.Steps);
    }

    /// <summary>The published curves over simulation budgets, one for each source, that with the most points first; empty where the paper has none.</summary>
    public IReadOnlyList<IReadOnlyList<PublishedResult>> OverBudgets(string experiment, string contender, int steps, string metric) =>
        BySource(
            Rows.Where(r => r.Experiment == experiment && r.Steps == steps && r.Contender == contender && r.Metric == metric && r.Budget is not null),
            r => r.Budget!.Value);

    /// <summary>Where two sources give numbers of one quantity that differ by more than both could be misread, the largest difference first.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    public IReadOnlyList<(PublishedResult First, PublishedResult Second)> Disagreements(string experiment) =>
    [
        .. from quantity in Rows.Where(r => r.Experiment == experiment).GroupBy(r => (r.Network, r.Budget, r.Contender, r.Steps, r.Metric))
           let rows = quantity.ToArray()
           from second in Enumerable.Range(1, rows.Length - 1)
           from first in Enumerable.Range(0, second)
           let difference = Math.Abs(rows[first].Value - rows[second].Value)
           where difference > rows[first].ReadingError + rows[second].ReadingError + 1e-9
           orderby difference descending
           select (rows[first], rows[second]),
    ];

    private static PublishedResult[][] BySource(IEnumerable<PublishedResult> rows, Func<PublishedResult, int> abscissa) =>
        [.. rows.GroupBy(r => r.Source).OrderByDescending(g => g.Count()).Select(g => g.OrderBy(abscissa).ToArray())];
}
