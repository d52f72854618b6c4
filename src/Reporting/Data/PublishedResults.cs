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
    /// The published numbers of a setting, one for each source that has it, in the order of the file; empty where the paper has none.
    /// </summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="contender">
    /// The contender: the numbers are those of its kind and, where the paper tells networks apart, of its network. Several contenders of
    /// one kind, such as a method and a change of it that the paper does not try, all have the paper's numbers of that kind beside their
    /// own.
    /// </param>
    /// <param name="setting">Budget and steps.</param>
    /// <param name="metric">The metric's name among the published numbers.</param>
    public IReadOnlyList<PublishedResult> All(string experiment, ContenderStyle contender, Setting setting, string metric)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return
        [
            .. Of(experiment, contender, metric).Where(r => r.Steps == setting.Steps && (r.Budget is null || r.Budget == setting.Budget)),
        ];
    }

    /// <summary>
    /// The published curves over sampling steps, one for each source, that with the most points first; empty where the paper has none.
    /// </summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="budget">Number of training simulations.</param>
    /// <param name="contender">As in <see cref="All"/>.</param>
    /// <param name="metric">The metric's name among the published numbers.</param>
    public IReadOnlyList<IReadOnlyList<PublishedResult>> OverSteps(
        string experiment,
        int budget,
        ContenderStyle contender,
        string metric
    ) => BySource(Of(experiment, contender, metric).Where(r => r.Budget == budget), r => r.Steps);

    /// <summary>
    /// The published curves over simulation budgets, one for each source, that with the most points first; empty where the paper has none.
    /// </summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="contender">As in <see cref="All"/>.</param>
    /// <param name="steps">Sampling steps.</param>
    /// <param name="metric">The metric's name among the published numbers.</param>
    public IReadOnlyList<IReadOnlyList<PublishedResult>> OverBudgets(
        string experiment,
        ContenderStyle contender,
        int steps,
        string metric
    ) => BySource(Of(experiment, contender, metric).Where(r => r.Steps == steps && r.Budget is not null), r => r.Budget!.Value);

    /// <summary>
    /// Where two sources give numbers of one quantity that differ by more than both could be misread, the largest difference first.
    /// </summary>
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

    private IEnumerable<PublishedResult> Of(string experiment, ContenderStyle contender, string metric)
    {
        ArgumentNullException.ThrowIfNull(contender);
        return Rows.Where(r => r.Experiment == experiment && r.Contender == contender.Method.Name && r.Metric == metric
            && (r.Network.Length == 0 || r.Network == contender.Network));
    }

    private static PublishedResult[][] BySource(IEnumerable<PublishedResult> rows, Func<PublishedResult, int> abscissa) =>
        [.. rows.GroupBy(r => r.Source).OrderByDescending(g => g.Count()).Select(g => g.OrderBy(abscissa).ToArray())];
}
