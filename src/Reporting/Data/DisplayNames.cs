namespace Reproduce.Reporting;

/// <summary>How contenders are named and ordered in everything that is shown.</summary>
public static class DisplayNames
{
    private static readonly string[] _order = ["acf", "nsf", "fmpe", "cmpe", "npse"];

    /// <summary>The name of a contender as the paper writes it; METHOD-NETWORK becomes "METHOD network".</summary>
    public static string Contender(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split('-', 2);
        string method = name == Measurement.Reference ? "Reference" : parts[0].ToUpperInvariant();
        return parts.Length == 1 ? method : $"{method} {Network(parts[1])}";
    }

    /// <summary>The name of a network as the paper writes it.</summary>
    public static string Network(string name) => name == "unet" ? "U-Net" : name;

    /// <summary>Whether a number of sampling steps says something about the contender: flows have one pass only.</summary>
    public static bool HasSteps(string contender) => contender is not ("acf" or "nsf" or Measurement.Reference);

    /// <summary>"CMPE, 10 steps", or "ACF".</summary>
    public static string Setting(string contender, int steps) =>
        HasSteps(contender) ? $"{Contender(contender)}, {steps} {(steps == 1 ? "step" : "steps")}" : Contender(contender);

    /// <summary>Place of a contender in tables and legends: ACF, NSF, FMPE, CMPE, NPSE, then any other by name.</summary>
    public static int Rank(string contender)
    {
        int index = Array.IndexOf(_order, contender.Split('-', 2)[0]);
        return index < 0 ? _order.Length : index;
    }

    /// <summary>Sorts settings for display: budget, contender, steps.</summary>
    public static IEnumerable<Setting> InDisplayOrder(this IEnumerable<Setting> settings) =>
        settings.OrderBy(s => s.Budget).ThenBy(s => Rank(s.Contender)).ThenBy(s => s.Contender, StringComparer.Ordinal).ThenBy(s => s.Steps);
}
