using System.Globalization;
using ScottPlot.TickGenerators;

namespace Reproduce.Reporting;

/// <summary>Ticks at round numbers, few enough for small panels, and written the same in every culture.</summary>
internal static class AxisTicks
{
    private static readonly int[] _multiples = [1, 2, 5, 10];

    /// <summary>Linear ticks at multiples of 1, 2 or 5 times a power of ten.</summary>
    public static NumericManual Linear(double min, double max, int most, bool labels)
    {
        double step = Step(min, max, most);
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        var ticks = new NumericManual();
        for (long i = (long)Math.Ceiling(min / step - 1e-9); i * step <= max + step * 1e-9; i++)
            ticks.AddMajor(i * step, labels ? NumberText.Fixed(i * step, decimals) : "");
        return ticks;
    }

    /// <summary>Ticks of a logarithmic axis; positions are base-10 logarithms. Decades are labelled, and 2 and 5 where there is room.</summary>
    public static NumericManual Log(double min, double max, double pixels, bool labels)
    {
        var ticks = new NumericManual();
        double perDecade = pixels / Math.Max(1e-9, max - min);
        for (int decade = (int)Math.Floor(min); decade <= Math.Ceiling(max); decade++)
        {
            for (int digit = 1; digit <= 9; digit++)
            {
                double position = decade + Math.Log10(digit);
                if (position < min - 1e-9 || position > max + 1e-9) continue;
                bool major = digit == 1 || (digit is 2 or 5 && perDecade > 130);
                if (major && labels) ticks.AddMajor(position, Plain(digit, decade));
                else if (major) ticks.AddMajor(position, "");
                else ticks.AddMinor(position);
            }
        }
        return ticks;
    }

    /// <summary>Ticks of a logarithmic axis at given numbers only, such as the budgets that were run.</summary>
    public static NumericManual LogAt(IEnumerable<double> values, bool labels)
    {
        var ticks = new NumericManual();
        foreach (double value in values) ticks.AddMajor(Math.Log10(value), labels ? NumberText.Fixed(value, 0) : "");
        return ticks;
    }

    private static double Step(double min, double max, int most)
    {
        double rough = (max - min) / most;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return _multiples.First(m => m * power >= rough * (1 - 1e-9)) * power;
    }

    // 0.001, 1, 500: plain numbers read faster than powers as long as they are short.
    private static string Plain(int digit, int decade) => decade switch
    {
        < -4 or > 5 => $"{digit}e{decade.ToString(CultureInfo.InvariantCulture)}",
        < 0 => NumberText.Fixed(digit * Math.Pow(10, decade), -decade),
        _ => NumberText.Fixed(digit * Math.Pow(10, decade), 0),
    };
}
