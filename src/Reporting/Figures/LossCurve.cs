namespace Reproduce.Reporting;

/// <summary>The loss history of one training.</summary>
public sealed record LossCurve
{
    /// <summary>The contender; trainings of one contender share a panel.</summary>
    public required ContenderStyle Contender { get; init; }

    /// <summary>
    /// What it was trained on, such as "1024 simulations", when the figure shows several such; curves of one group have the same shade.
    /// </summary>
    public string Group { get; init; } = "";

    /// <summary>Epochs (or steps) of the entries, ascending.</summary>
    public required double[] Time { get; init; }

    /// <summary>Training loss per entry.</summary>
    public required double[] Training { get; init; }

    /// <summary>Validation loss per entry, or null.</summary>
    public double[]? Validation { get; init; }

    /// <summary>The epoch whose weights the training ended with, when simulations were held out to choose it; else null.</summary>
    public double? Kept { get; init; }
}
