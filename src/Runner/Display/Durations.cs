using System.Globalization;

namespace Reproduce.Runner.Display;

/// <summary>Durations as people say them.</summary>
public static class Durations
{
    /// <summary>Such as "1 h 04 min", "3 min 20 s", "12 s" or "0.4 s".</summary>
    /// <param name="time">A duration.</param>
    public static string Format(TimeSpan time)
    {
        // Rounded first, so that 59.7 s is not written as "60 s".
        double seconds = time.TotalSeconds < 10 ? Math.Round(time.TotalSeconds, 1) : Math.Round(time.TotalSeconds);
        return seconds switch
        {
            < 10 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
            < 60 => seconds.ToString("0", CultureInfo.InvariantCulture) + " s",
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)} min {(int)(seconds % 60):00} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60):00} min"),
        };
    }
}
