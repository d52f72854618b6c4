namespace Reproduce.Reporting;

/// <summary>How a metric is written, and what its numbers say: what tables, figures, claims and nightlies need to know of it.</summary>
/// <param name="Name">Name in measurements.csv.</param>
/// <param name="Label">What readers call it.</param>
/// <param name="Decimals">Decimals; negative for significant digits.</param>
public sealed record MetricStyle(string Name, string Label, int Decimals)
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

    /// <summary>Maximum expected calibration error over parameters.</summary>
    public const string MaxEce = "ece_max";

    /// <summary>Expected calibration error of a parameter: this and its number, from 1.</summary>
    public const string ParameterEce = "ece_";

    /// <summary>Distance of the coverage of regions around random points from uniform coverage.</summary>
    public const string Tarp = "tarp";

    /// <summary>One minus the posterior's variance over the prior's.</summary>
    public const string Contraction = "contraction";

    /// <summary>Root mean square of the posterior means' distances from the true parameters, in standard deviations.</summary>
    public const string ZScore = "z_score";

    /// <summary>Median distance between re-simulated draws and the observation.</summary>
    public const string ResimulationError = "resimulation_error";

    /// <summary>Sampling time for 1000 draws of one test set.</summary>
    public const string Seconds = "seconds_per_1000_draws";

    /// <summary>Sampling time for all draws of all test sets.</summary>
    public const string TotalSeconds = "seconds";

    /// <summary>Network passes of a draw, mean over draws, where they follow from a tolerance.</summary>
    public const string Passes = "passes_per_draw";

    // Of an unknown metric nobody knows how many digits it deserves.
    private const int DigitsOfUnknown = 3;

    private static readonly MetricStyle[] s_known =
    [
        new(C2st, "C2ST", 3)
        {
            IsDistance = true,
            PublishedAs = C2st,
            Nightly = new NightlyWatch { Margin = 0.03 },
            Note =
                "**C2ST** is the accuracy of a classifier that tries to tell posterior draws from draws of the reference posterior: 0.5 is "
                + "indistinguishable, 1 is entirely different. It takes all draws of a test set.",
        },
        new(Mmd2, "MMD² (biased)", 4)
        {
            IsDistance = true,
            PublishedAs = "mmd_x1e3",
            PublishedUnit = 1e-3,
            Note =
                "**MMD²** is a kernel distance between the same samples, 0 is equal; it takes draws spread evenly over each sample, as "
                    + "many as the table's caption says. "
                + "The biased estimator is the published one and stays above 0 even for equal distributions, the unbiased one may fall "
                + "below 0.",
        },
        new(Mmd2Unbiased, "MMD² (unbiased)", 4) { IsDistance = true, Better = Direction.None },
        new(Rmse, "RMSE", 3) { PublishedAs = Rmse, Nightly = new NightlyWatch { Margin = 0.05, IsShare = true } },
        new(ScaledError, "published script's “RMSE”", 3) { PublishedAs = Rmse },
        new(MaxEce, "max ECE", 3) { PublishedAs = "max_ece", Nightly = new NightlyWatch { Margin = 0.03, Spread = 0.16 } },
        new(Tarp, "TARP", 3)
        {
            Note =
                "**TARP** is the largest difference between the credibility of regions around random points and the part of the test sets "
                + "whose parameters lie in them (Lemos et al. 2023): 0 is calibrated in all parameters together. Of exact posteriors it is "
                + "0.87 / √J on average and above 1.36 / √J one time in twenty, with J test sets.",
        },
        new(Contraction, "contraction", 3)
        {
            Better = Direction.None,
            Note =
                "**Contraction** is one minus the posterior's variance over the prior's, on average over parameters: 0 where nothing was "
                + "learned from an observation, 1 where the parameters are known.",
        },
        new(ZScore, "z-score", 2)
        {
            Better = Direction.None,
            Note =
                "The **z-score** is the root mean square of the distances of posterior means from the true parameters, in standard "
                + "deviations of the posterior: near 1 for honest posteriors, larger for too narrow ones.",
        },
        new(ResimulationError, "re-simulation error", 4),
        new(Seconds, "time of 1000 draws", -2)
        {
            Unit = "s",
            Better = Direction.None,
            PublishedAs = "ms_per_sample", // Seconds for a thousand draws are milliseconds for one.
            Note =
                "**Times** are of drawing alone. On a CPU dense free-form networks (CMPE, FMPE, NPSE) draw by vector code of this project, "
                + "flows (ACF, NSF) by libtorch's operations: they could be faster than they look beside the others.",
        },
        new(TotalSeconds, "time of all draws", -2) { Unit = "s", Better = Direction.None, PublishedAs = TotalSeconds },
        new(Passes, "passes of a draw", 1)
        {
            Better = Direction.None,
            IsOptional = true,
            Note = "**Passes of a draw** are counted where a tolerance decides them; the steps beside are the most that a draw may take.",
        },
    ];

    /// <summary>The metrics that are known, in the order of tables.</summary>
    public static IReadOnlyList<MetricStyle> All => s_known;

    /// <summary>The unit, or null for a pure number.</summary>
    public string? Unit { get; init; }

    /// <summary>Which value of a table's column is the best.</summary>
    public Direction Better { get; init; } = Direction.Lower;

    /// <summary>Whether it is a distance to the reference posterior's draws, so that the reference against itself is a floor.</summary>
    public bool IsDistance { get; init; }

    /// <summary>Whether only some settings have it, so that nothing is missing where it was not measured.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Name among the published numbers, or null where the paper gives none.</summary>
    public string? PublishedAs { get; init; }

    /// <summary>What a published 1 is in the unit of ours.</summary>
    public double PublishedUnit { get; init; } = 1;

    /// <summary>How a nightly watches it; null when it does not.</summary>
    public NightlyWatch? Nightly { get; init; }

    /// <summary>How to read it, a line of Markdown for the report's page; null where the label says enough.</summary>
    public string? Note { get; init; }

    /// <summary>Label and unit, as columns and axes have them.</summary>
    public string Heading => Unit is null ? Label : $"{Label} ({Unit})";

    /// <summary>The metric's name among the published numbers; its own where the paper gives none.</summary>
    public string PublishedName => PublishedAs ?? Name;

    /// <summary>The style of a metric; one that is not known keeps its own name, and none of its values is the best.</summary>
    /// <param name="name">The metric's name.</param>
    public static MetricStyle Of(string name) =>
        s_known.FirstOrDefault(m => m.Name == name) ?? new MetricStyle(name, name, -DigitsOfUnknown)
        {
            Better = IsParameterEce(name) ? Direction.Lower : Direction.None,
        };

    /// <summary>Whether a metric is the calibration error of a single parameter.</summary>
    /// <param name="name">The metric's name.</param>
    public static bool IsParameterEce(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(ParameterEce, StringComparison.Ordinal) && name[ParameterEce.Length..] is { Length: > 0 } number
            && number.All(char.IsAsciiDigit);
    }

    /// <summary>A published value in the unit of ours.</summary>
    /// <param name="paper">The paper's number.</param>
    public double Ours(PublishedResult paper)
    {
        ArgumentNullException.ThrowIfNull(paper);
        return paper.Value * PublishedUnit;
    }

    /// <summary>The number with the digits of this metric.</summary>
    /// <param name="value">The number.</param>
    public string Format(double value) => Decimals >= 0 ? NumberText.Fixed(value, Decimals) : NumberText.Significant(value, -Decimals);

    /// <summary>
    /// Whether a value is the best of a column as a reader sees it: equal digits are equally good, and a single value is no contest.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="column">All values of the column, this one among them.</param>
    /// <param name="format">How the column writes them; null for the metric's own digits.</param>
    public bool IsBest(double value, IReadOnlyCollection<double> column, Func<double, string>? format = null)
    {
        ArgumentNullException.ThrowIfNull(column);
        format ??= Format;
        return Better != Direction.None
            && column.Count > 1
            && format(value) == format(Better == Direction.Lower ? column.Min() : column.Max());
    }
}
