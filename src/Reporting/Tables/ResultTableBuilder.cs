namespace Reproduce.Reporting;

/// <summary>
/// Makes the result table of an experiment: contender by steps (by budget), a column per metric, the paper's value beside ours.
/// </summary>
public static class ResultTableBuilder
{
    /// <summary>Builds the table.</summary>
    public static ResultTable Build(MeasurementTable measurements, PublishedResults published, ResultTableRequest request)
    {
        Setting[] settings =
        [
            .. request.Styles.InOrder((request.Planned ?? []).Union(measurements.Settings(request.Experiment, request.Variant))
                .Where(s => request.Budgets is null || request.Budgets.Contains(s.Budget))),
        ];
        Layout layout = Plan(measurements, published, request, settings);
        var rows = new List<IReadOnlyList<TableCell>>();
        if (request.Floor)
        {
            rows.Add(FloorRow(measurements, request, settings.Select(s => s.Budget).FirstOrDefault(), layout));
        }

        foreach (IGrouping<int, Setting> budget in settings.GroupBy(s => s.Budget))
        {
            var summaries = request.Metrics.ToDictionary(m => m, m => budget.Select(s => Summarise(measurements, request, s, m)).ToArray());
            rows.AddRange(budget.Select((s, i) => Row(s, i, summaries, published, request, layout)));
        }
        return new ResultTable
        {
            Title = request.Title,
            Label = request.Label,
            Caption = request.Caption,
            PlusMinus = PlusMinusText.Of(layout.All),
            Columns = Columns(request, layout),
            Rows = rows,
        };
    }

    private static Layout Plan(MeasurementTable measurements, PublishedResults published, ResultTableRequest request, Setting[] settings)
    {
        Summary[] all = [.. settings.SelectMany(s => request.Metrics.Select(m => Summarise(measurements, request, s, m)))];
        IEnumerable<PaperColumn> paper =
            from metric in (request.ComparedMetric is null ? [] : new[] { request.ComparedMetric }).Concat(request.AlsoPublished)
            from setting in settings
            from result in published.All(
                request.Experiment,
                request.Styles.Of(setting.Contender),
                setting,
                MetricStyle.Of(metric).PublishedName
            )
            select new PaperColumn(MetricStyle.Of(metric), result.Source, result.SourceName);
        return new Layout(
            settings.Select(s => s.Budget).Distinct().Count() > 1,
            all.Any(s => s.Replicates > 1),
            all,
            [.. paper.Distinct()]
        );
    }

    private static Summary Summarise(MeasurementTable measurements, ResultTableRequest request, Setting setting, string metric) =>
        measurements.Summarise(new MeasurementKey(request.Experiment, request.Variant, setting, metric));

    private static List<TableColumn> Columns(ResultTableRequest request, Layout layout)
    {
        var columns = new List<TableColumn>();
        if (layout.ShowBudget)
        {
            columns.Add(new TableColumn("budget", "Budget", "Budget", true));
        }

        columns.Add(new TableColumn("contender", "Contender", "Contender", false));
        columns.Add(new TableColumn("steps", "Steps", "Steps", true));
        if (layout.ShowTrainings)
        {
            columns.Add(new TableColumn("trainings", "Trainings", "Trainings", true));
        }

        columns.AddRange(
            request
                .Metrics.Select(MetricStyle.Of)
                .Select(m => new TableColumn(m.Name, m.Heading, LatexText.Escape(m.Heading), true, HasPlusMinus: true))
        );
        foreach (PaperColumn paper in layout.Paper)
        {
            columns.Add(
                new TableColumn(
                    $"paper_{paper.Metric.Name}_{paper.Source}",
                    $"{paper.Metric.Heading}, {paper.Name}",
                    LatexText.Escape($"{paper.Metric.Heading}, {paper.Name}"),
                    true
                )
            );
            if (paper.Metric.Name == request.ComparedMetric)
            {
                columns.Add(new TableColumn($"difference_{paper.Source}", $"ours - {paper.Name}", $"ours $-$ {paper.Name}", true));
            }
        }

        return columns;
    }

    private static List<TableCell> FloorRow(MeasurementTable measurements, ResultTableRequest request, int budget, Layout layout)
    {
        var cells = new List<TableCell>();
        if (layout.ShowBudget)
        {
            cells.Add(new TableCell());
        }

        cells.Add(new TableCell { Text = "Floor: a second, independent draw of the reference posterior" });
        cells.Add(new TableCell());
        if (layout.ShowTrainings)
        {
            cells.Add(new TableCell());
        }

        foreach (string metric in request.Metrics)
        {
            Summary floor = measurements.Floor(request.Experiment, request.Variant, budget, metric);
            MetricStyle style = MetricStyle.Of(metric);

            // A floor means something for distances between samples only; elsewhere an empty cell is no hole.
            cells.Add(floor.HasValue || style.IsDistance ? Cell(floor, style, best: false, "") : new TableCell());
        }
        cells.AddRange(
            layout.Paper.SelectMany(p =>
                p.Metric.Name == request.ComparedMetric ? new[] { new TableCell(), new TableCell() } : [new TableCell()]
            )
        );
        return cells;
    }

    private static List<TableCell> Row(
        Setting setting,
        int index,
        Dictionary<string, Summary[]> summaries,
        PublishedResults published,
        ResultTableRequest request,
        Layout layout
    )
    {
        var cells = new List<TableCell>();
        if (layout.ShowBudget)
        {
            cells.Add(Whole(setting.Budget));
        }

        ContenderStyle contender = request.Styles.Of(setting.Contender);
        cells.Add(new TableCell { Text = contender.Label });
        cells.Add(Whole(setting.Steps));
        if (layout.ShowTrainings)
        {
            cells.Add(Whole(summaries.Values.Select(s => s[index].Replicates).DefaultIfEmpty().Max()));
        }

        foreach (string metric in request.Metrics)
        {
            var style = MetricStyle.Of(metric);
            bool best = IsBest(summaries[metric], index, style);
            cells.Add(Cell(summaries[metric][index], style, best, PlusMinusText.Mark(summaries[metric][index], layout.All)));
        }
        foreach (PaperColumn column in layout.Paper)
        {
            PublishedResult? paper = published.All(request.Experiment, contender, setting, column.Metric.PublishedName)
                .FirstOrDefault(r => r.Source == column.Source);
            cells.Add(
                paper is null
                    ? new TableCell()
                    : new TableCell { Text = column.Metric.Format(column.Metric.Ours(paper)), Value = column.Metric.Ours(paper) }
            );
            if (column.Metric.Name == request.ComparedMetric)
            {
                cells.Add(
                    Difference(
                        summaries.TryGetValue(column.Metric.Name, out Summary[]? values) ? values[index] : Summary.NotMeasured,
                        paper,
                        column.Metric
                    )
                );
            }
        }

        return cells;
    }

    private static TableCell Difference(Summary ours, PublishedResult? paper, MetricStyle metric) =>
        paper is null || !ours.HasValue
            ? new TableCell()
            : new TableCell
            {
                Text = NumberText.Signed(ours.Mean - metric.Ours(paper), Math.Abs(metric.Decimals)),
                Value = ours.Mean - metric.Ours(paper),
            };

    private static bool IsBest(Summary[] column, int index, MetricStyle style) =>
        column[index].HasValue && style.IsBest(column[index].Mean, [.. column.Where(s => s.HasValue).Select(s => s.Mean)]);

    private static TableCell Whole(int value) => new() { Text = NumberText.Fixed(value, 0), Value = value };

    internal static TableCell Cell(Summary summary, MetricStyle style, bool best, string mark)
    {
        if (!summary.HasValue)
        {
            return new TableCell { Hole = style.IsOptional ? null : summary.Hole };
        }

        string text = style.Format(summary.Mean);
        if (summary.HalfWidth is { } width)
        {
            text += " ± " + (style.Decimals < 0 ? NumberText.Significant(width, 1) : style.Format(width)) + mark;
        }

        return new TableCell { Text = text, Value = summary.Mean, PlusMinus = summary.HalfWidth, Hole = summary.Hole, Best = best };
    }

    // Which columns there are beside the metrics', and every summary that the table shows.
    private sealed record Layout(bool ShowBudget, bool ShowTrainings, IReadOnlyList<Summary> All, IReadOnlyList<PaperColumn> Paper);

    // The paper's numbers from one source.
    private sealed record PaperColumn(MetricStyle Metric, string Source, string Name);
}
