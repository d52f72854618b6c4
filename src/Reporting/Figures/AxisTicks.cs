using System.Globalization;
using ScottPlot.TickGenerators;

namespace Reproduce.Reporting;

/// <summary>Ticks at round numbers, few enough for small panels, and written the same in every culture.</summary>
internal static class AxisTicks
{
    private static readonly int[] _usual = [1, 2, 5];
    private static readonly int[] _unusual = [1, 2, 4, 5];

    /// <summary>Linear ticks at multiples of 1, 2 or 5 times a power of ten.</summary>
    public static NumericManual Linear(double min, double max, int most, bool labels)
    {
        var ticks = new NumericManual();
        foreach ((double value, string? label) in Round(min, max, most))
        {
            ticks.AddMajor(value, labels ? label : "");
        }

        return ticks;
    }

    /// <summary>Ticks of an axis that counts from 1.</summary>
    public static NumericManual Counts(int last, int most)
    {
        var ticks = new NumericManual();
        foreach ((double value, _) in Round(1, last, most).Where(t => double.IsInteger(t.Value)))
        {
            ticks.AddMajor(value, NumberText.Fixed(value, 0));
        }

        return ticks;
    }

    /// <summary>Ticks of a logarithmic axis of less than a decade: round numbers, placed at their logarithms.</summary>
    public static NumericManual WithinDecade(double min, double max, int most)
    {
        var ticks = new NumericManual();
        foreach ((double value, string? label) in Round(Math.Pow(10, min), Math.Pow(10, max), most).Where(t => t.Value > 0))
        {
            ticks.AddMajor(Math.Log10(value), label);
        }

        return ticks;
    }

    /// <summary>Ticks of the interval from 0 to 1, with labels so short that those of neighbouring panels do not meet.</summary>
    public static NumericManual Unit(bool labels) => new([0, 0.5, 1], labels ? ["0", "0.5", "1"] : ["", "", ""]);

    /// <summary>
    /// Ticks of a logarithmic axis; positions are base-10 logarithms. Decades are labelled, and 2 and 5 where there is room.
    /// </summary>
    public static NumericManual Log(double min, double max, double pixels, bool labels)
    {
        var ticks = new NumericManual();
        double perDecade = pixels / Math.Max(1e-9, max - min);
        for (int decade = (int)Math.Floor(min); decade <= Math.Ceiling(max); decade++)
        {
            for (int digit = 1; digit <= 9; digit++)
            {
                double position = decade + Math.Log10(digit);
                if (position < min - 1e-9 || position > max + 1e-9)
                {
                    continue;
                }

                bool major = digit == 1 || (digit is 2 or 5 && perDecade > 130);
                if (major && labels)
                {
                    ticks.AddMajor(position, Plain(digit, decade));
                }
                else if (major)
                {
                    ticks.AddMajor(position, "");
                }
                else
                {
                    ticks.AddMinor(position);
                }
            }
        }
        return ticks;
    }

    /// <summary>
    /// Ticks of a logarithmic axis at given numbers only, such as the budgets that were run; every one is labelled where there is
    /// room, else the last and every second or third before it. Whole thousands are counted as such ("1k", "10k") once one has five
    /// digits, which would meet the labels of the panel beside.
    /// </summary>
    public static NumericManual LogAt(IReadOnlyList<double> values, double pixels, bool labels)
    {
        const double room = 34;
        int every = (int)Math.Ceiling(room * Math.Max(1, values.Count - 1) / pixels);
        bool thousands = values.Any(v => v >= 10_000) && values.All(v => v % 1000 == 0);
        var ticks = new NumericManual();
        for (int i = 0; i < values.Count; i++)
        {
            bool labelled = labels && (values.Count - 1 - i) % every == 0;
            ticks.AddMajor(Math.Log10(values[i]), labelled ? Label(values[i]) : "");
        }

        return ticks;

        string Label(double value) => thousands ? NumberText.Fixed(value / 1000, 0) + "k" : NumberText.Fixed(value, 0);
    }

    private static IEnumerable<(double Value, string Label)> Round(double min, double max, int most)
    {
        double step = Step(min, max, most, _usual);
        // A small panel may hold one multiple of 5 but three of 4.
        if (Count(min, max, step) < 3)
        {
            step = Step(min, max, most, _unusual);
        }

        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        for (long i = (long)Math.Ceiling(min / step - 1e-9); i * step <= max + step * 1e-9; i++)
        {
            yield return (i * step, NumberText.Fixed(i * step, decimals));
        }
    }

    // The smallest round step with no more than so many ticks.
    private static double Step(double min, double max, int most, int[] multiples)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10((max - min) / most)) - 1);
        while (true)
        {
            foreach (int multiple in multiples)
            {
                if (Count(min, max, multiple * power) <= most)
                {
                    return multiple * power;
                }
            }
            power *= 10;
        }
    }

    private static double Count(double min, double max, double step) => Math.Floor(max / step + 1e-9) - Math.Ceiling(min / step - 1e-9) + 1;

    // 0.001, 1, 500: plain numbers read faster than powers as long as they are short.
    private static string Plain(int digit, int decade) => decade switch
    {
        < -4 or > 5 => $"{digit}e{decade.ToString(CultureInfo.InvariantCulture)}",
        < 0 => NumberText.Fixed(digit * Math.Pow(10, decade), -decade),
        _ => NumberText.Fixed(digit * Math.Pow(10, decade), 0),
    };
}
