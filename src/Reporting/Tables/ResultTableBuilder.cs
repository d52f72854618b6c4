namespace Reproduce.Reporting;

/// <summary>Makes the result table of an experiment: contender by steps (by budget), a column per metric, the paper's value beside ours.</summary>
public static class ResultTableBuilder
{
    /// <summary>Builds the table.</summary>
    public static ResultTable Build(MeasurementTable measurements, PublishedResults published, ResultTableRequest request)
    {
        var settings = (request.Planned ?? []).Union(measurements.Settings(request.Experiment, request.Variant))
            .Where(s => request.Budgets is null || request.Budgets.Contains(s.Budget)).InDisplayOrder().ToArray();
        bool showBudget = settings.Select(s => s.Budget).Distinct().Count() > 1;
        var compared = request.ComparedMetric is null ? null : MetricStyle.Of(request.ComparedMetric);
        var rows = new List<IReadOnlyList<TableCell>>();
        if (request.Floor) rows.Add(FloorRow(measurements, request, settings.Select(s => s.Budget).FirstOrDefault(), showBudget, compared));
        foreach (var budget in settings.GroupBy(s => s.Budget))
        {
            var summaries = request.Metrics.ToDictionary(m => m, m => budget.Select(s => Summarise(measurements, request, s, m)).ToArray());
            rows.AddRange(budget.Select((s, i) => Row(s, i, summaries, published, request, showBudget, compared)));
        }
        return new ResultTable { Title = request.Title, Caption = request.Caption, Columns = Columns(request, showBudget, compared), Rows = rows };
    }

    private static Summary Summarise(MeasurementTable measurements, ResultTableRequest request, Setting setting, string metric) =>
        measurements.Summarise(new MeasurementKey(request.Experiment, request.Variant, setting, metric));

    private static List<TableColumn> Columns(ResultTableRequest request, bool showBudget, MetricStyle? compared)
    {
        var columns = new List<TableColumn>();
        if (showBudget) columns.Add(new TableColumn("budget", "Budget", "Budget", true));
        columns.Add(new TableColumn("contender", "Contender", "Contender", false));
        columns.Add(new TableColumn("steps", "Steps", "Steps", true));
        columns.AddRange(request.Metrics.Select(MetricStyle.Of).Select(m => new TableColumn(m.Name, m.Heading, LatexText.Escape(m.Heading), true, HasStandardError: true)));
        if (compared is not null)
        {
            columns.Add(Paper(compared));
            columns.Add(new TableColumn("difference", "ours - paper", "ours $-$ paper", true));
        }
        columns.AddRange(request.AlsoPublished.Select(MetricStyle.Of).Select(Paper));
        return columns;
    }

    private static TableColumn Paper(MetricStyle metric) =>
        new("paper_" + metric.Name, $"{metric.Heading}, paper", $"{LatexText.Escape(metric.Heading)}, paper", true);

    private static List<TableCell> FloorRow(MeasurementTable measurements, ResultTableRequest request, int budget, bool showBudget, MetricStyle? compared)
    {
        var cells = new List<TableCell>();
        if (showBudget) cells.Add(new TableCell());
        cells.Add(new TableCell { Text = "Floor: a second, independent draw of the reference posterior" });
        cells.Add(new TableCell());
        foreach (string metric in request.Metrics)
        {
            var floor = measurements.Floor(request.Experiment, request.Variant, budget, metric);
            MetricStyle style = MetricStyle.Of(metric);

            // A floor means something for distances between samples only; elsewhere an empty cell is no hole.
            cells.Add(floor.HasValue || style.IsDistance ? Cell(floor, style, best: false) : new TableCell());
        }
        if (compared is not null) cells.AddRange([new TableCell(), new TableCell()]);
        cells.AddRange(request.AlsoPublished.Select(_ => new TableCell()));
        return cells;
    }

    private static List<TableCell> Row(
        Setting setting, int index, Dictionary<string, Summary[]> summaries, PublishedResults published, ResultTableRequest request, bool showBudget, MetricStyle? compared)
    {
        var cells = new List<TableCell>();
        if (showBudget) cells.Add(Whole(setting.Budget));
        cells.Add(new TableCell { Text = DisplayNames.Contender(setting.Contender) });
        cells.Add(Whole(setting.Steps));
        foreach (string metric in request.Metrics)
        {
            var style = MetricStyle.Of(metric);
            cells.Add(Cell(summaries[metric][index], style, IsBest(summaries[metric], index, style)));
        }
        if (compared is not null)
        {
            var paper = Find(published, request, setting, compared);
            cells.Add(Published(paper, compared));
            var ours = summaries.TryGetValue(compared.Name, out var values) ? values[index] : Summary.NotMeasured;
            cells.Add(paper is null || !ours.HasValue
                ? new TableCell()
                : new TableCell { Text = NumberText.Signed(ours.Mean - compared.Ours(paper), Math.Abs(compared.Decimals)), Value = ours.Mean - compared.Ours(paper) });
        }
        cells.AddRange(request.AlsoPublished.Select(MetricStyle.Of).Select(m => Published(Find(published, request, setting, m), m)));
        return cells;
    }

    private static PublishedResult? Find(PublishedResults published, ResultTableRequest request, Setting setting, MetricStyle metric) =>
        published.Find(request.Experiment, setting, metric.PublishedName);

    private static TableCell Published(PublishedResult? paper, MetricStyle metric) =>
        paper is null ? new TableCell() : new TableCell { Text = metric.Format(metric.Ours(paper)), Value = metric.Ours(paper) };

    private static bool IsBest(Summary[] column, int index, MetricStyle style) =>
        column[index].HasValue && style.IsBest(column[index].Mean, [.. column.Where(s => s.HasValue).Select(s => s.Mean)]);

    private static TableCell Whole(int value) => new() { Text = NumberText.Fixed(value, 0), Value = value };

    private static TableCell Cell(Summary summary, MetricStyle style, bool best)
    {
        if (!summary.HasValue) return new TableCell { Hole = summary.Hole };
        string text = style.Format(summary.Mean);
        if (summary.StandardError is { } error) text += " ± " + (style.Decimals < 0 ? NumberText.Significant(error, 1) : style.Format(error));
        return new TableCell { Text = text, Value = summary.Mean, StandardError = summary.StandardError, Hole = summary.Hole, Best = best };
    }
}
