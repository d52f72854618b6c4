using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>How the contenders of an experiment are shown.</summary>
public static class ReportStyles
{
    // Names of networks that are not written as their kinds.
    private static readonly Dictionary<string, string> s_networks = new() { ["mlp"] = "MLP", ["u-net"] = "U-Net" };

    /// <summary>The styles of an experiment's contenders and of those that a table has beside them.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="measurements">A table, such as one with what is kept of an earlier run; null for none.</param>
    public static ContenderStyles Of(Experiment experiment, MeasurementTable? measurements = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return Of([.. experiment.Contenders.Select(c => Named(c.Key, c.Value)), .. measurements?.Contenders ?? []]);
    }

    /// <summary>The styles of some contenders.</summary>
    /// <param name="contenders">The contenders.</param>
    public static ContenderStyles Of(IEnumerable<Contender> contenders) => new(Contenders.Styles, s_networks, contenders);

    /// <summary>A contender's kind and network by name.</summary>
    /// <param name="name">The contender's name.</param>
    /// <param name="settings">Its settings.</param>
    public static Contender Named(string name, ContenderSettings settings) => new(
        name,
        Contenders.StyleOf(settings).Name,
        settings is FreeFormContenderSettings freeForm ? SettingKinds.All.NameOf(freeForm.Network)! : "",
        settings.Label);
}
