namespace Reproduce.Reporting;

/// <summary>How a metric is written: its name, its unit, its digits and the name the paper's numbers carry.</summary>
/// <param name="Name">Name in measurements.csv.</param>
/// <param name="Label">Heading in Markdown, CSV-independent plain text.</param>
/// <param name="Latex">Heading in LaTeX.</param>
/// <param name="Decimals">Decimals; negative for significant digits.</param>
/// <param name="PublishedAs">Metric name among the published numbers, or null where the paper gives none.</param>
/// <param name="PublishedUnit">What a published 1 is in the unit of ours.</param>
public sealed record MetricStyle(string Name, string Label, string Latex, int Decimals, string? PublishedAs = null, double PublishedUnit = 1)
{
    /// <summary>Classifier two-sample test.</summary>
    public const string C2st = "c2st";

    /// <summary>Biased estimator of MMD squared, as published.</summary>
    public const string Mmd2 = "mmd2";

    /// <summary>Unbiased estimator of MMD squared.</summary>
    public const string Mmd2Unbiased = "mmd2_unbiased";

    /// <summary>Root mean squared error.</summary>
    public const string Rmse = "rmse";

    /// <summary>Mean absolute error over the magnitude of the parameters' mean, which the published script calls RMSE.</summary>
    public const string ScaledError = "scaled_error";

    /// <summary>Median distance between re-simulated draws and the observation.</summary>
    public const string ResimulationError = "resimulation_error";

    /// <summary>Maximum expected calibration error over parameters.</summary>
    public const string MaxEce = "ece_max";

    /// <summary>Sampling time for 1000 draws of one test set.</summary>
    public const string Seconds = "seconds_per_1000_draws";

    /// <summary>Sampling time for all draws of all test sets.</summary>
    public const string TotalSeconds = "seconds";

    /// <summary>The columns of the result table of a low-dimensional experiment.</summary>
    public static IReadOnlyList<string> Default { get; } = [C2st, Mmd2, Mmd2Unbiased, Rmse, MaxEce, Seconds];

    /// <summary>What is measured where the parameters are images.</summary>
    public static IReadOnlyList<string> Images { get; } = [Rmse, Mmd2, Mmd2Unbiased];

    private static readonly MetricStyle[] _known =
    [
        new(C2st, "C2ST", "C2ST", 3, C2st),
        new(Mmd2, "MMD² (biased)", "MMD$^2$ (biased)", 4, "mmd_x1e3", 1e-3),
        new(Mmd2Unbiased, "MMD² (unbiased)", "MMD$^2$ (unbiased)", 4),
        new(Rmse, "RMSE", "RMSE", 3, Rmse),
        new(ScaledError, "published script's \"RMSE\"", "published script's ``RMSE''", 3, Rmse),
        new(MaxEce, "max ECE", "max ECE", 3, "max_ece"),
        new(Seconds, "s / 1000 draws", "s / 1000 draws", -2, "ms_per_sample"), // Seconds for a thousand draws are milliseconds for one.
        new(TotalSeconds, "s / all draws", "s / all draws", -2, TotalSeconds),
        new(ResimulationError, "re-simulation error", "re-simulation error", 4),
    ];

    /// <summary>The style of a metric; one that is not known keeps its own name.</summary>
    public static MetricStyle Of(string name) =>
        _known.FirstOrDefault(m => m.Name == name) ?? new MetricStyle(name, name, LatexText.Escape(name), -3);

    /// <summary>The metric's name among the published numbers; its own where the paper gives none.</summary>
    public string PublishedName => PublishedAs ?? Name;

    /// <summary>A published value in the unit of ours.</summary>
    /// <param name="paper">The paper's number.</param>
    public double Ours(PublishedResult paper)
    {
        ArgumentNullException.ThrowIfNull(paper);
        return paper.Value * PublishedUnit;
    }

    /// <summary>The number with the digits of this metric.</summary>
    public string Format(double value) => Decimals >= 0 ? NumberText.Fixed(value, Decimals) : NumberText.Significant(value, -Decimals);
}
