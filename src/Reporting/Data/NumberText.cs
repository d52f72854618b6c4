using System.Globalization;

namespace Reproduce.Reporting;

/// <summary>
/// Numbers as readers want them: invariant culture, a proper minus is left to the typesetter, no exponents where avoidable.
/// </summary>
public static class NumberText
{
    /// <summary>A fixed number of decimals; zero is never negative.</summary>
    public static string Fixed(double value, int decimals)
    {
        string text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.StartsWith('-') && text.AsSpan(1).IndexOfAnyInRange('1', '9') < 0 ? text[1..] : text;
    }

    /// <summary>Significant digits, trailing zeros kept: 0.0012, 0.10, 12, 340.</summary>
    public static string Significant(double value, int digits)
    {
        if (value == 0)
        {
            return "0";
        }

        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        double scale = Math.Pow(10, exponent - digits + 1);
        double rounded = Math.Round(value / scale, MidpointRounding.AwayFromZero) * scale;
        if (Math.Abs(rounded) >= Math.Pow(10, exponent + 1))
        {
            exponent++;
        }

        return Fixed(rounded, Math.Max(0, digits - 1 - exponent));
    }

    /// <summary>With its sign, + or -.</summary>
    public static string Signed(double value, int decimals)
    {
        string text = Fixed(value, decimals);
        return text.StartsWith('-') || text.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? text : "+" + text;
    }

    /// <summary>Shortest form of a number that reads back to the same double.</summary>
    public static string RoundTrip(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
