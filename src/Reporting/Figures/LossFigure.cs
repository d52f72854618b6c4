using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>Training losses, a panel per contender: the losses of different methods are not comparable.</summary>
public static class LossFigure
{
    // More entries than this are averaged in blocks: single epochs of a noisy loss would hide every other curve.
    private const int MostEntries = 200;
    private const double Lightest = 0.55, Darkest = 0.35;

    /// <summary>Makes the figure. A panel is logarithmic unless its loss reaches zero or below (a negative log-density does).</summary>
    /// <param name="curves">The histories; several of one contender (replicates, budgets) share a panel; groups are told apart by shade,
    /// light to dark in their order.</param>
    /// <param name="timeName">What the entries are counted in: "epoch" or "step".</param>
    public static Figure Create(IReadOnlyList<LossCurve> curves, string timeName)
    {
        if (curves.Count == 0)
        {
            throw new ArgumentException("curves: expected at least one", nameof(curves));
        }

        ContenderStyle[] contenders = [.. curves.Select(c => c.Contender).Distinct().OrderBy(c => c.Method.Order).ThenBy(c => c.Sibling)];
        bool validation = curves.Any(c => c.Validation is not null);
        int columns = contenders.Length == 4 ? 2 : Math.Min(contenders.Length, 3);
        float width =
            contenders.Length == 1 ? FigureStyle.ColumnWidth : Math.Min(FigureStyle.ColumnWidth, FigureStyle.FullWidth / (float)columns);
        string[] groups = [.. curves.Select(c => c.Group).Distinct()];
        List<LegendEntry> entries = validation
            ?
            [
                new("training", FigureStyle.Faint) { Line = LinePattern.Solid },
                new("validation", FigureStyle.Faint) { Line = FigureStyle.Dash },
            ]
            : [];
        if (curves.Any(c => c.Kept is not null))
        {
            entries.Add(new("weights kept", FigureStyle.Faint) { Line = LinePattern.Dotted });
        }

        if (groups.Length > 1)
        {
            entries.AddRange(
                groups.Select(g => new LegendEntry(g, Shade(FigureStyle.Faint, g, groups)) { Line = LinePattern.Solid, LineWidth = 3 })
            );
        }

        int total = (int)Math.Ceiling(width * columns);
        var legend = new FigureLegend(entries, total);
        const int height = 170;
        var panels = new List<FigurePanel>();
        for (int i = 0; i < contenders.Length; i++)
        {
            float left = i % columns * width,
                top = legend.Height + i / columns * height;
            panels.Add(
                Panel(
                    new PixelRect(left, left + width, top + height, top),
                    contenders[i],
                    [.. curves.Where(c => c.Contender == contenders[i])],
                    groups,
                    timeName
                )
            );
        }
        int rows = (contenders.Length + columns - 1) / columns;
        string averaged = curves.Any(c => c.Time.Length > MostEntries)
            ? FormattableString.Invariant($" Averaged in {MostEntries} blocks where there are more entries.")
            : "";
        return new Figure(
            "Training loss",
            "Training loss of each contender; the losses of different methods are not comparable." + averaged,
            total,
            (int)Math.Ceiling(legend.Height + rows * height),
            panels,
            legend
        );
    }

    private static FigurePanel Panel(PixelRect place, ContenderStyle contender, LossCurve[] curves, string[] groups, string timeName)
    {
        var panel = new FigurePanel(place, new PixelPadding(50, 14, 34, 20));
        double end = curves.Max(c => c.Time[^1]),
            start = curves.Min(c => c.Time[0]); // A block's mean lies inside: the axis would end before the training.
        curves = [.. curves.Select(Averaged)];
        double[] values = curves.SelectMany(c => c.Training.Concat(c.Validation ?? [])).Where(double.IsFinite).ToArray();
        bool log = values.Length > 0 && values.Min() > 0;
        double Y(double v) => log ? Math.Log10(v) : v;
        double min = values.Length == 0 ? 0 : Y(values.Min()), max = values.Length == 0 ? 1 : Y(values.Max());
        double margin = Math.Max(0.06 * (max - min), 1e-3);
        panel.Limits(start, Math.Max(end, start + 1), min - margin, max + margin);
        panel.Ticks(
            AxisTicks.Linear(start, Math.Max(end, start + 1), 4, labels: true),
            !log ? AxisTicks.Linear(min - margin, max + margin, 6, labels: true)
            : max - min > 0.8 ? AxisTicks.Log(min - margin, max + margin, panel.DataRect.Height * 2, labels: true)
            : AxisTicks.WithinDecade(min - margin, max + margin, 6));
        panel.Title(contender.Label);
        panel.XName(timeName);
        panel.YName(log ? "loss (log)" : "loss");
        foreach (LossCurve curve in curves)
        {
            Color color = Shade(FigureStyle.ColorOf(contender), curve.Group, groups);
            Line(panel, curve.Time, curve.Training, Y, color, LinePattern.Solid, 1.2f);
            if (curve.Validation is { } v)
            {
                Line(panel, curve.Time, v, Y, groups.Length > 1 ? color : color.Darken(.25), FigureStyle.Dash, 1.1f);
            }

            if (curve.Kept is double kept)
            {
                Line(panel, [kept, kept], [min - margin, max + margin], y => y, color.Darken(.25), LinePattern.Dotted, 1.4f);
            }
        }
        return panel;
    }

    private static Color Shade(Color color, string group, string[] groups)
    {
        if (groups.Length == 1)
        {
            return color;
        }

        double place = Array.IndexOf(groups, group) / (groups.Length - 1.0);
        double darkness = place * (Lightest + Darkest) - Lightest;
        return darkness < 0 ? color.Lighten(-darkness) : color.Darken(darkness);
    }

    private static LossCurve Averaged(LossCurve curve)
    {
        int block = (curve.Time.Length + MostEntries - 1) / MostEntries;
        if (block <= 1)
        {
            return curve;
        }

        return curve with
        {
            Time = Means(curve.Time),
            Training = Means(curve.Training),
            Validation = curve.Validation is { } v ? Means(v) : null,
        };

        // An entry that is not finite makes its block a gap, as it would be one itself.
        double[] Means(double[] values) => [.. values.Chunk(block).Select(b => b.Average())];
    }

    private static void Line(
        FigurePanel panel,
        double[] time,
        double[] loss,
        Func<double, double> y,
        Color color,
        LinePattern pattern,
        float width
    )
    {
        foreach ((int start, int end) in Finite(loss))
        {
            Scatter line = panel.Plot.Add.ScatterLine(time[start..end], [.. loss[start..end].Select(y)], color);
            line.LineWidth = width;
            line.LinePattern = pattern;
        }
    }

    // Runs of finite losses, from the first to before the second index: a line across a gap would show losses that nobody had.
    internal static IEnumerable<(int Start, int End)> Finite(double[] loss)
    {
        int start = 0;
        for (int i = 0; i <= loss.Length; i++)
        {
            if (i == loss.Length || !double.IsFinite(loss[i]))
            {
                if (i > start)
                {
                    yield return (start, i);
                }

                start = i + 1;
            }
        }
    }
}
