using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>A posterior predictive check: what was observed over bands of simulations with posterior draws.</summary>
public static class PredictiveFigure
{
    private const float Height = 190;

    /// <summary>Makes the figure.</summary>
    /// <param name="panels">One for each series of an observation.</param>
    /// <param name="contender">Whose draws they are.</param>
    /// <param name="observation">Which observation, for the caption.</param>
    public static Figure Create(IReadOnlyList<PredictivePanel> panels, ContenderStyle contender, string observation)
    {
        ArgumentNullException.ThrowIfNull(panels);
        ArgumentNullException.ThrowIfNull(contender);
        if (panels.Count == 0)
        {
            throw new ArgumentException("panels: expected at least one", nameof(panels));
        }

        Color color = FigureStyle.ColorOf(contender);
        int columns = Math.Min(panels.Count, 2);
        int width = columns == 1 ? FigureStyle.ColumnWidth + 60 : FigureStyle.FullWidth;
        FigureLegend legend = new(
            [
                new("observed", FigureStyle.Ink) { Marker = MarkerShape.FilledCircle },
                new("simulated: median", color) { Line = LinePattern.Solid },
                new("50 %", color.WithAlpha(.45)) { Line = LinePattern.Solid, LineWidth = 6 },
                new("90 %", color.WithAlpha(.2)) { Line = LinePattern.Solid, LineWidth = 6 },
            ],
            width);
        float each = (float)width / columns;
        List<FigurePanel> drawn = [];
        for (int i = 0; i < panels.Count; i++)
        {
            float left = i % columns * each, top = legend.Height + i / columns * Height;
            drawn.Add(Panel(new PixelRect(left, left + each, top + Height, top), panels[i], color));
        }

        int rows = (panels.Count + columns - 1) / columns;
        return new Figure(
            "Posterior predictive check",
            $"Simulations with posterior draws of {contender.Label} for {observation}, number by number, and what was observed. "
                + "Much that lies outside of the bands is not explained by the model with any of the parameters that were found.",
            width,
            (int)Math.Ceiling(legend.Height + rows * Height),
            drawn,
            legend);
    }

    private static FigurePanel Panel(PixelRect place, PredictivePanel series, Color color)
    {
        FigurePanel panel = new(place, new PixelPadding(50, 14, 34, 20));
        double[] x = [.. Enumerable.Range(1, series.Observed.Length).Select(i => (double)i)];
        double min = series.Low.Concat(series.Observed).Min(), max = series.High.Concat(series.Observed).Max();
        double margin = Math.Max(0.06 * (max - min), 1e-9), side = Math.Max(0.02 * x.Length, 0.2);
        panel.Limits(1 - side, x.Length + side, min - margin, max + margin);
        panel.Ticks(
            AxisTicks.Linear(1, x.Length, 6, labels: true), AxisTicks.Linear(min - margin, max + margin, 5, labels: true));
        panel.Title(series.Title);
        panel.XName("number");
        Band(series.Low, series.High, 0.2f);
        Band(series.InnerLow, series.InnerHigh, 0.3f);
        panel.Plot.Add.ScatterLine(x, series.Median, color).LineWidth = 1.4f;
        Scatter observed = panel.Plot.Add.ScatterPoints(x, series.Observed, FigureStyle.Ink);
        observed.MarkerSize = x.Length > 60 ? 2.5f : 4.5f;
        return panel;

        void Band(double[] low, double[] high, float alpha)
        {
            FillY band = panel.Plot.Add.FillY(x, low, high);
            band.FillColor = color.WithAlpha(alpha);
            band.LineWidth = 0;
            band.MarkerSize = 0;
        }
    }
}
