using System.Globalization;
using System.Text.Json;

namespace Reproduce.Reporting;

/// <summary>The numbers that a page carries for its chart and table.</summary>
/// <param name="measurements">The results table.</param>
/// <param name="published">The paper's numbers.</param>
/// <param name="styles">How the contenders are shown.</param>
/// <param name="experiment">Name of the experiment.</param>
/// <param name="variant">"paper" or the name of the variant.</param>
/// <param name="metrics">The metrics, in the order of choice.</param>
public sealed class HtmlData(
    MeasurementTable measurements,
    PublishedResults published,
    ContenderStyles styles,
    string experiment,
    string variant,
    IReadOnlyList<string> metrics
)
{
    // More digits than a table shows; the file stays small.
    private const int Digits = 5;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The data as JSON.</summary>
    public string ToJson()
    {
        Setting[] settings = [.. styles.InOrder(measurements.Settings(experiment, variant))];
        string[] contenders = [.. settings.Select(s => s.Contender).Distinct()];
        string[] measured = [.. metrics.Where(m => settings.Any(s => Summarise(s, m).HasValue))];
        return JsonSerializer.Serialize(
            new
            {
                Contenders = contenders
                    .Select(c => styles.Of(c))
                    .Select(s => new
                    {
                        s.Name,
                        s.Label,
                        Method = s.Method.Name,
                        s.Network,
                        Colour = FigureStyle.ColorOf(s).ToHex(),
                        Marker = s.Method.Marker.ToString(),
                        Open = s.Sibling % 2 != 0,
                        Step = s.Method.StepWord,
                    }),
                Metrics = measured
                    .Select(MetricStyle.Of)
                    .Select(m => new
                    {
                        m.Name,
                        m.Label,
                        m.Unit,
                        m.Decimals,
                        Better = m.Better.ToString(),
                        Floor = Number(
                            measurements.Floor(experiment, variant, 0, m.Name) is { HasValue: true } floor && m.IsDistance
                                ? floor.Mean
                                : null
                        ),
                    }),
                Time = MetricStyle.Seconds,
                Settings = settings.Select(s => Row(s, measured)),
                Published = from setting in settings
                            from metric in measured.Select(MetricStyle.Of)
                            from result in published.All(experiment, styles.Of(setting.Contender), setting, metric.PublishedName)
                            select new
                            {
                                setting.Contender,
                                setting.Budget,
                                setting.Steps,
                                Metric = metric.Name,
                                Value = Number(metric.Ours(result)),
                                Source = result.SourceName,
                            },
            },
            s_json);
    }

    private object Row(Setting setting, string[] measured)
    {
        Dictionary<string, Summary> summaries = measured.ToDictionary(m => m, m => Summarise(setting, m));
        return new
        {
            setting.Contender,
            setting.Budget,
            setting.Steps,
            Trainings = summaries.Values.Select(s => s.Replicates).DefaultIfEmpty().Max(),
            Values = summaries.Where(s => s.Value.HasValue).ToDictionary(
                s => s.Key, s => new[] { Number(s.Value.Mean), Number(s.Value.HalfWidth), s.Value.DataSets }),
            Sets = summaries.Where(s => s.Value.DataSets > 1).ToDictionary(s => s.Key, s => s.Value.Values.Select(v => Number(v))),
        };
    }

    private Summary Summarise(Setting setting, string metric) =>
        measurements.Summarise(new MeasurementKey(experiment, variant, setting, metric));

    // Infinities and NaN have no place in JSON.
    private static double? Number(double? value) => value is double v && double.IsFinite(v)
        ? v == 0 ? 0 : double.Parse(v.ToString("G" + Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : null;
}
