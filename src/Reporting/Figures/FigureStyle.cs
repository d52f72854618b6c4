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

    internal static Color Backdrop { get; } = Color.FromHex("#C4C4C4");

    internal static LinePattern LongDash { get; } = new([7, 3], 0, "long dash");
    internal static LinePattern Dash { get; } = new([4, 2.5f], 0, "dash");
    internal static LinePattern DashDot { get; } = new([6, 2, 1.2f, 2], 0, "dash dot");
    internal static LinePattern Dots { get; } = new([1.2f, 2.2f], 0, "dots");

    // Shades of the contenders of one kind, lighter above 0 and darker below. Darker first: the paper's curves are faint.
    private static readonly double[] s_shades = [0, -0.35, 0.35, -0.6, 0.55];

    /// <summary>The kind's colour, in a shade of its own for each contender of that kind.</summary>
    internal static Color ColorOf(ContenderStyle contender)
    {
        double shade = s_shades[contender.Sibling % s_shades.Length];
        Color color = Color.FromHex(contender.Method.Colour);
        return shade > 0 ? color.Lighten(shade) : shade < 0 ? color.Darken(-shade) : color;
    }

    /// <summary>The kind's marker: filled for its first contender, open for the next, and so on.</summary>
    internal static MarkerShape MarkerOf(ContenderStyle contender) =>
        contender.Sibling % 2 == 0 ? FilledMarkerOf(contender.Method.Marker) : OpenMarkerOf(contender);

    internal static MarkerShape OpenMarkerOf(ContenderStyle contender) => contender.Method.Marker switch
    {
        MarkerForm.Square => MarkerShape.OpenSquare,
        MarkerForm.TriangleUp => MarkerShape.OpenTriangleUp,
        MarkerForm.Diamond => MarkerShape.OpenDiamond,
        MarkerForm.Circle => MarkerShape.OpenCircle,
        MarkerForm.TriangleDown => MarkerShape.OpenTriangleDown,
        _ => MarkerShape.Eks,
    };

    /// <summary>The kind's line for its first contender, dashes and dots for the next, and so on.</summary>
    internal static LinePattern PatternOf(ContenderStyle contender) => contender.Sibling % 2 != 0 ? DashDot : contender.Method.Line switch
    {
        LineForm.LongDash => LongDash,
        LineForm.Dash => Dash,
        _ => LinePattern.Solid,
    };

    /// <summary>A marker of about the same visual weight for every shape.</summary>
    internal static MarkerStyle Marker(MarkerShape shape, float size, Color color) => new(shape, size * Weight(shape), color)
    {
        LineWidth = 1.1f,
        // A thin white rim keeps neighbouring markers apart.
        OutlineWidth = 0.7f,
        OutlineColor = Colors.White,
    };

    private static float Weight(MarkerShape shape) =>
        shape switch
        {
            MarkerShape.FilledDiamond or MarkerShape.OpenDiamond => 1.3f,
            MarkerShape.FilledTriangleUp or MarkerShape.OpenTriangleUp or MarkerShape.FilledTriangleDown or MarkerShape.OpenTriangleDown =>
                1.25f,
            MarkerShape.FilledSquare or MarkerShape.OpenSquare => 0.9f,
            _ => 1,
        };

    private static MarkerShape FilledMarkerOf(MarkerForm form) => form switch
    {
        MarkerForm.Square => MarkerShape.FilledSquare,
        MarkerForm.TriangleUp => MarkerShape.FilledTriangleUp,
        MarkerForm.Diamond => MarkerShape.FilledDiamond,
        MarkerForm.Circle => MarkerShape.FilledCircle,
        MarkerForm.TriangleDown => MarkerShape.FilledTriangleDown,
        _ => MarkerShape.Cross,
    };

    internal static LabelStyle Text(float size, Color color) => new() { FontName = FigureFont.Name, FontSize = size, ForeColor = color };
}
