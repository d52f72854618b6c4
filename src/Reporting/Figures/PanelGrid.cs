using ScottPlot;

namespace Reproduce.Reporting;

/// <summary>A grid of small equal panels of full width: rows named at the left, columns named at the top, axis names once.</summary>
internal sealed class PanelGrid
{
    private const float Left = 66, Right = 8, Top = 6, Bottom = 34, Gap = 13, TickRoom = 24;

    // A panel is about as high as wide, and beside it stands its row's name ("FMPE, 1000 steps"): many columns make a wider figure.
    private const float RowNameRoom = 84;

    private readonly int _rows;
    private readonly int _columns;
    private readonly float _width, _height, _legend, _top;
    private readonly PanelTitles _titles;
    private readonly bool _ownAxes;

    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="legend">Height of the legend above.</param>
    /// <param name="square">Whether panels are square.</param>
    /// <param name="ownAxes">Whether every panel has limits, and so tick labels, of its own.</param>
    public PanelGrid(int rows, IReadOnlyList<string> columns, float legend, bool square, bool ownAxes)
    {
        (_rows, _columns, _legend, _ownAxes) = (rows, columns.Count, legend, ownAxes);
        _width = Math.Clamp((FigureStyle.FullWidth - Left - Right - Between * (_columns - 1)) / _columns, RowNameRoom, 190);
        _height = square ? _width : Math.Clamp(_width * 0.75f, RowNameRoom, 130);
        Width = (int)Math.Ceiling(Left + Right + _columns * _width + Between * (_columns - 1));
        // Beside the panels' own room for tick labels, half of the gap at each side.
        _titles = new PanelTitles(columns, _width + Between - 6);
        _top = Top + _titles.Height;
    }

    public int Width { get; }

    public int Height => (int)Math.Ceiling(_legend + _top + _rows * _height + (_rows - 1) * RowGap + Bottom);

    private float Between => _ownAxes ? Gap + TickRoom : Gap;

    private float RowGap => _ownAxes ? Gap + 14 : Gap;

    public FigurePanel Panel(int row, int column, string rowName, string columnName, string xName, string yName)
    {
        float x = Left + column * (_width + Between),
            y = _legend + _top + row * (_height + RowGap);
        var panel = new FigurePanel(
            new PixelRect(x - Left, x + _width + Right, y + _height + Bottom, y - _top),
            new PixelPadding(Left, Right, Bottom, _top)
        );
        panel.Frame();
        if (row == 0)
        {
            panel.Title(_titles.Lines(columnName), _titles.Size);
        }

        if (row == _rows - 1)
        {
            panel.XName(xName);
        }

        if (column == 0)
        {
            // "NPSE (held out), 30 passes" is longer than a small panel is high.
            int lines = panel.RowName(rowName, 8, _height + RowGap - 6);
            panel.Turned(yName, 22 + (lines - 1) * FigurePanel.RowLine, FigureStyle.TickSize, FigureStyle.Faint);
        }
        return panel;
    }

    /// <summary>Ticks of a panel whose horizontal axis runs from 0 to 1.</summary>
    public void UnitTicks(FigurePanel panel, int row, int column, (double Min, double Max) y) =>
        panel.Ticks(AxisTicks.Unit(labels: row == _rows - 1), AxisTicks.Linear(y.Min, y.Max, 5, labels: column == 0));

    /// <summary>Ticks of a panel: labelled at the outside only when all panels share limits.</summary>
    public void Ticks(FigurePanel panel, int row, int column, (double Min, double Max) x, (double Min, double Max) y, int most = 4) =>
        panel.Ticks(
            AxisTicks.Linear(x.Min, x.Max, most, labels: _ownAxes || row == _rows - 1),
            AxisTicks.Linear(y.Min, y.Max, most, labels: _ownAxes || column == 0));
}
