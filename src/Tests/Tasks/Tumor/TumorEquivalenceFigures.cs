using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.Plottables;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>
/// Figures of the equivalence report: for each output one picture with a panel per setting, the original's runs and ours.
/// </summary>
internal static class TumorEquivalenceFigures
{
    private const int Columns = 4;

    /// <summary>Draws all figures and returns their file names and titles.</summary>
    public static (string Name, string Title)[] Write(string folder, TumorSetting[] settings, double[][][] ours)
    {
        int groups = TumorReferenceData.Groups;
        double[] days = [.. Enumerable.Range(1, TumorReferenceData.GrowthColumns).Select(i => (double)i)];
        double[] radii = [.. Enumerable.Range(0, groups).Select(g => (g + 0.5) * TumorReferenceData.BinsPerGroup)];
        double[][][] grouped = [.. ours.Select(runs => runs.Select(TumorReferenceData.Grouped).ToArray())];
        return
        [
            Draw("growth", "Growth curves", "day", "radius, um", days, 0),
            Draw("ecm", "Profiles of the extracellular matrix", "distance to the border, um", "matrix", radii, days.Length),
            Draw("proliferation", "Profiles of proliferation", "distance to the border, um", "share of cells", radii, days.Length + groups),
        ];

        (string, string) Draw(string name, string title, string xLabel, string yLabel, double[] x, int firstColumn)
        {
            int rows = (settings.Length + Columns - 1) / Columns;
            var figure = new Multiplot();
            figure.AddPlots(settings.Length);
            figure.Layout = new Grid(rows, Columns);
            for (int i = 0; i < settings.Length; i++)
            {
                Plot plot = figure.GetPlot(i);
                AddBand(plot, x, TumorReferenceData.OriginalRuns(settings[i].Number), firstColumn, Colors.Gray, "original");
                AddBand(plot, x, grouped[i], firstColumn, Colors.C0, "ours");
                plot.Title($"{settings[i].Number} {settings[i].Name}", 13);
                plot.XLabel(xLabel, 12);
                plot.YLabel(yLabel, 12);
                plot.HideLegend();
                if (i == 0)
                {
                    plot.ShowLegend(Alignment.UpperLeft);
                }
            }

            string file = $"equivalence-{name}.png";
            figure.SavePng(Path.Combine(folder, file), 380 * Columns, 300 * rows);
            return (file, title);
        }
    }

    private static void AddBand(Plot plot, double[] x, double[][] runs, int firstColumn, Color color, string label)
    {
        double[] mean = [.. x.Select((_, i) => runs.Average(r => r[firstColumn + i]))];
        double[] sd = [.. x.Select((_, i) => Math.Sqrt(runs.Average(r => Math.Pow(r[firstColumn + i] - mean[i], 2))))];
        FillY fill = plot.Add.FillY(x, [.. mean.Zip(sd, (m, s) => m - s)], [.. mean.Zip(sd, (m, s) => m + s)]);
        fill.FillStyle.Color = color.WithAlpha(0.25);
        fill.LineStyle.Width = 0;
        Scatter line = plot.Add.ScatterLine(x, mean, color);
        line.LineWidth = 2;
        line.LegendText = label;
    }
}
