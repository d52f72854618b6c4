namespace Reproduce.Reporting;

/// <summary>How contenders are named and ordered in everything that is shown.</summary>
public static class DisplayNames
{
    private static readonly string[] _order = ["acf", "nsf", "fmpe", "cmpe", "npse"];

    /// <summary>The name of a contender as the paper writes it; METHOD-NETWORK becomes "METHOD network".</summary>
    public static string Contender(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string method = name == Measurement.Reference ? "Reference" : MethodOf(name).ToUpperInvariant();
        return NetworkOf(name) is { Length: > 0 } network ? $"{method} {Network(network)}" : method;
    }

    /// <summary>METHOD of a contender that is named METHOD-NETWORK; the whole name of others.</summary>
    internal static string MethodOf(string contender) => contender.Split('-', 2)[0];

    /// <summary>NETWORK of a contender that is named METHOD-NETWORK; empty for others.</summary>
    internal static string NetworkOf(string contender) => contender.Split('-', 2) is [_, var network] ? network : "";

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
        int index = Array.IndexOf(_order, MethodOf(contender));
        return index < 0 ? _order.Length : index;
    }

    /// <summary>Sorts settings for display: budget, contender, steps.</summary>
    public static IEnumerable<Setting> InDisplayOrder(this IEnumerable<Setting> settings) =>
        settings.OrderBy(s => s.Budget).ThenBy(s => Rank(s.Contender)).ThenBy(s => s.Contender, StringComparer.Ordinal).ThenBy(s => s.Steps);
}
