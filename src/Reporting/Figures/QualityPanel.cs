namespace Reproduce.Reporting;

/// <summary>One panel of a figure that shows how good the posteriors of an experiment are.</summary>
public sealed record QualityPanel
{
    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>Title above the panel, such as "Gaussian mixture"; empty for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>"paper" or the name of the variant that was run.</summary>
    public string Variant { get; init; } = Measurement.PaperVariant;

    /// <summary>How the experiment's contenders are shown.</summary>
    public required ContenderStyles Styles { get; init; }

    /// <summary>Number of training simulations (not used by the figure over budgets).</summary>
    public int Budget { get; init; }

    /// <summary>The metric on the vertical axis.</summary>
    public string Metric { get; init; } = MetricStyle.C2st;

    /// <summary>Only these contenders; null for all.</summary>
    public IReadOnlyList<string>? Contenders { get; init; }
}
