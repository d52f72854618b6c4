using ScottPlot;

namespace Reproduce.Reporting;

/// <summary>
/// One look for all figures. Lengths are CSS pixels (1/96 inch): a figure of full width is 6.75 inches in the PDF, the text width of a
/// two-column article; text is 7 to 8 points there. Colours are those of Okabe and Ito, which survive colour blindness; markers and line
/// patterns repeat what colour says, for print.
/// </summary>
public static class FigureStyle
{
    /// <summary>Width of one column, 3.25 inches.</summary>
    public const int ColumnWidth = 312;

    /// <summary>Width of the whole text, 6.75 inches.</summary>
    public const int FullWidth = 648;

    internal const float TickSize = 9f;
    internal const float LabelSize = 10f;
    internal const float TitleSize = 10.5f;
    internal const float PointLabelSize = 8f;
    internal const float LegendSize = 9f;
    internal const float LineWidth = 1.6f;
    internal const float MarkerSize = 5.5f;

    internal static Color Ink { get; } = Color.FromHex("#222222");
    internal static Color Faint { get; } = Color.FromHex("#8A8A8A");
    internal static Color GridLine { get; } = Color.FromHex("#E6E6E6");

    internal static LinePattern LongDash { get; } = new([7, 3], 0, "long dash");
    internal static LinePattern Dash { get; } = new([4, 2.5f], 0, "dash");
    internal static LinePattern Dots { get; } = new([1.2f, 2.2f], 0, "dots");

    internal static Color ColorOf(string contender) => Color.FromHex(DisplayNames.MethodOf(contender) switch
    {
        "acf" => "#CC79A7",
        "nsf" => "#009E73",
        "fmpe" => "#0072B2",
        "cmpe" => "#D55E00",
        "npse" => "#E69F00",
        Measurement.Reference => "#222222",
        _ => "#56B4E9",
    });

    // METHOD-NETWORK: the colour says the method, an open marker the naive network.
    internal static MarkerShape MarkerOf(string contender) => contender.EndsWith("-naive", StringComparison.Ordinal) ? OpenMarkerOf(contender) : DisplayNames.MethodOf(contender) switch
    {
        "acf" => MarkerShape.FilledSquare,
        "nsf" => MarkerShape.FilledTriangleUp,
        "fmpe" => MarkerShape.FilledDiamond,
        "cmpe" => MarkerShape.FilledCircle,
        "npse" => MarkerShape.FilledTriangleDown,
        _ => MarkerShape.Cross,
    };

    /// <summary>A marker of about the same visual weight for every shape.</summary>
    internal static MarkerStyle Marker(MarkerShape shape, float size, Color color) => new(shape, size * Weight(shape), color)
    {
        LineWidth = 1.1f,
        // A thin white rim keeps neighbouring markers apart.
        OutlineWidth = 0.7f,
        OutlineColor = Colors.White,
    };

    private static float Weight(MarkerShape shape) => shape switch
    {
        MarkerShape.FilledDiamond or MarkerShape.OpenDiamond => 1.3f,
        MarkerShape.FilledTriangleUp or MarkerShape.OpenTriangleUp or MarkerShape.FilledTriangleDown or MarkerShape.OpenTriangleDown => 1.25f,
        MarkerShape.FilledSquare or MarkerShape.OpenSquare => 0.9f,
        _ => 1,
    };

    internal static MarkerShape OpenMarkerOf(string contender) => DisplayNames.MethodOf(contender) switch
    {
        "acf" => MarkerShape.OpenSquare,
        "nsf" => MarkerShape.OpenTriangleUp,
        "fmpe" => MarkerShape.OpenDiamond,
        "cmpe" => MarkerShape.OpenCircle,
        "npse" => MarkerShape.OpenTriangleDown,
        _ => MarkerShape.Eks,
    };

    internal static LinePattern PatternOf(string contender) => DisplayNames.MethodOf(contender) switch
    {
        "fmpe" => LongDash,
        "npse" => Dash,
        _ => LinePattern.Solid,
    };

    internal static LabelStyle Text(float size, Color color) => new() { FontName = FigureFont.Name, FontSize = size, ForeColor = color };
}
