namespace Reproduce.Reporting;

/// <summary>
/// The table of an experiment on images (the paper's Table 2): a row per network, budget and method, the paper's value behind each of ours.
/// </summary>
public static class ImageTableBuilder
{
    /// <summary>Builds the table.</summary>
    /// <param name="measurements">What was measured.</param>
    /// <param name="published">The paper's numbers.</param>
    /// <param name="request">Experiment, title, caption and the planned settings.</param>
    public static ResultTable Build(MeasurementTable measurements, PublishedResults published, ResultTableRequest request)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        ArgumentNullException.ThrowIfNull(published);
        ArgumentNullException.ThrowIfNull(request);
        IEnumerable<Setting> settings = request.Styles.InOrder(request.Planned ?? [])
            .OrderBy(s => request.Styles.Of(s.Contender).Network, StringComparer.Ordinal).ThenBy(s => s.Budget);
        return new ResultTable
        {
            Title = request.Title,
            Label = request.Label,
            Caption = request.Caption,
            PlusMinus = PlusMinusText.Of(
                from setting in request.Planned ?? []
                from metric in new[] { MetricStyle.Rmse, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased }
                select measurements.Summarise(new MeasurementKey(request.Experiment, request.Variant, setting, metric))),
            Columns =
            [
                new TableColumn("network", "Network", "Network", false),
                new TableColumn("budget", "Budget", "Budget", true),
                new TableColumn("contender", "Contender", "Contender", false),
                new TableColumn("steps", "Steps", "Steps", true),
                new TableColumn("rmse", "RMSE", "RMSE", true, HasPlusMinus: true),
                new TableColumn("paper_rmse", "paper", "paper", true),
                new TableColumn("mmd2_x1e3", "MMD² x 1000", "MMD$^2 \\times 10^3$", true, HasPlusMinus: true),
                new TableColumn("paper_mmd", "paper", "paper", true),
                new TableColumn("mmd2_unbiased_x1e3", "unbiased", "unbiased", true, HasPlusMinus: true),
                new TableColumn("ms_per_draw", "ms / draw", "ms / draw", true, HasPlusMinus: true),
                new TableColumn("paper_ms", "paper (GPU)", "paper (GPU)", true),
            ],
            Rows = [.. settings.Select(s => Row(s, measurements, published, request))],
        };
    }

    // The means that a budget's settings have.
    private static double[] Column(int budget, string metric, MeasurementTable measurements, ResultTableRequest request) =>
    [
        .. (request.Planned ?? [])
            .Where(s => s.Budget == budget)
            .Select(s => measurements.Summarise(new MeasurementKey(request.Experiment, request.Variant, s, metric)))
            .Where(s => s.HasValue)
            .Select(s => s.Mean),
    ];

    private static TableCell[] Row(Setting setting, MeasurementTable measurements, PublishedResults published, ResultTableRequest request)
    {
        ContenderStyle style = request.Styles.Of(setting.Contender);
        return
        [
            new TableCell { Text = style.NetworkLabel },
            Number(setting.Budget, 0),
            new TableCell { Text = style.LabelWithoutNetwork },
            Number(setting.Steps, 0),
            Ours(MetricStyle.Rmse, 1, 3),
            Paper("rmse", 3),
            Ours(MetricStyle.Mmd2, 1000, 2),
            Paper("mmd_x1e3", 2),
            Ours(MetricStyle.Mmd2Unbiased, 1000, 2),

            // Seconds for a thousand draws are milliseconds for one.
            Ours(MetricStyle.Seconds, 1, -2),
            Paper("ms_per_sample", 1),
        ];

        TableCell Ours(string metric, double factor, int decimals)
        {
            Summary summary = measurements.Summarise(new MeasurementKey(request.Experiment, request.Variant, setting, metric));
            if (!summary.HasValue)
            {
                return new TableCell { Hole = summary.Hole };
            }

            string text = Written(summary.Mean);
            return new TableCell
            {
                Text = summary.HalfWidth is double width ? $"{text} ± {Written(width)}" : text,
                Value = factor * summary.Mean,
                PlusMinus = factor * summary.HalfWidth,
                Hole = summary.Hole,
                Best = MetricStyle.Of(metric).IsBest(summary.Mean, Column(setting.Budget, metric, measurements, request), Written),
            };

            string Written(double value) => Format(factor * value, decimals);
        }

        TableCell Paper(string metric, int decimals)
        {
            IReadOnlyList<PublishedResult> found = published.All(request.Experiment, style, setting, metric);
            return new TableCell
            {
                Text = string.Join(" / ", found.Select(f => NumberText.Fixed(f.Value, decimals))),
                Value = found.Count == 1 ? found[0].Value : null,
            };
        }
    }

    private static TableCell Number(double value, int decimals) => new() { Text = NumberText.Fixed(value, decimals), Value = value };

    private static string Format(double value, int decimals) =>
        decimals >= 0 ? NumberText.Fixed(value, decimals) : NumberText.Significant(value, -decimals);
}
