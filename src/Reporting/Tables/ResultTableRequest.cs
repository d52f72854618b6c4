namespace Reproduce.Reporting;

/// <summary>Which result table to make.</summary>
public sealed record ResultTableRequest
{
    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>Title of the table, such as "Gaussian mixture".</summary>
    public required string Title { get; init; }

    /// <summary>How it was measured: test sets, draws, the protocol of the classifier.</summary>
    public string Caption { get; init; } = "";

    /// <summary>"paper" or the name of the variant that was run.</summary>
    public string Variant { get; init; } = Measurement.PaperVariant;

    /// <summary>The results folder's name: "denoising-night" beside "denoising" tells two reports of an experiment apart.</summary>
    public string Folder { get; init; } = "";

    /// <summary>
    /// The label of the experiment's table: its name and, of a variant, that; the folder's name, where it says more.
    /// </summary>
    internal string Label
    {
        get
        {
            string usual = Variant == Measurement.PaperVariant ? Experiment : $"{Experiment}-{Variant}";
            bool saysMore = Folder.StartsWith($"{Experiment}-", StringComparison.Ordinal)
                && Folder.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
            return saysMore ? Folder : usual;
        }
    }

    /// <summary>How the experiment's contenders are shown.</summary>
    public required ContenderStyles Styles { get; init; }

    /// <summary>The metrics, a column each.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>The metric whose published value stands beside ours, or null for none.</summary>
    public string? ComparedMetric { get; init; } = MetricStyle.C2st;

    /// <summary>Further metrics whose published value stands in the table, without the difference.</summary>
    public IReadOnlyList<string> AlsoPublished { get; init; } = [];

    /// <summary>Only these budgets; null for all.</summary>
    public IReadOnlyList<int>? Budgets { get; init; }

    /// <summary>The settings that were planned: one without a measurement is a hole. Null takes what was measured.</summary>
    public IReadOnlyList<Setting>? Planned { get; init; }

    /// <summary>Whether the first row is the floor (the reference against itself).</summary>
    public bool Floor { get; init; } = true;
}
