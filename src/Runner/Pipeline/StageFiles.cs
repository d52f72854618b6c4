namespace Reproduce.Runner.Pipeline;

/// <summary>Names of the files in stage folders and of the arrays in them.</summary>
public static class StageFiles
{
    /// <summary>The array of draws in files of draws, also in those that the verb "score" reads.</summary>
    public const string DrawsArray = "draws";

    /// <summary>The array of an independent second set of reference draws.</summary>
    public const string SecondArray = "second";

    /// <summary>Training simulations: "theta" and the observation's tensors as "x_NAME".</summary>
    public const string Training = "training.npz";

    /// <summary>Validation simulations, likewise.</summary>
    public const string Validation = "validation.npz";

    /// <summary>Test data sets, likewise.</summary>
    public const string Test = "test.npz";

    /// <summary>Reference draws: "draws" [J, S, D] and "second" [J, S, D], an independent second set.</summary>
    public const string Reference = "reference.npz";

    /// <summary>A trained network (<see cref="WeightsFile"/>).</summary>
    public const string Weights = "weights.npz";

    /// <summary>Losses: "training" and "validation", rows of (epoch, loss).</summary>
    public const string Losses = "losses.npz";

    /// <summary>An interrupted training.</summary>
    public const string Checkpoint = "checkpoint.npz";

    /// <summary>Posterior draws: "draws" [J, S, D].</summary>
    public const string Draws = "draws.npz";

    /// <summary>Interrupted drawing: "draws" [J, S, D], "finished" for each block of them, "seconds" spent.</summary>
    public const string UnfinishedDraws = "draws.unfinished.npz";

    /// <summary>One draw each for many test data sets: "draws" [M, 1, D].</summary>
    public const string Marginal = "marginal.npz";

    /// <summary>Those of an interrupted run, as <see cref="UnfinishedDraws"/>.</summary>
    public const string UnfinishedMarginal = "marginal.unfinished.npz";

    /// <summary>The array of the network passes of a draw, where they are counted.</summary>
    public const string PassesArray = "passes";

    /// <summary>Seconds of each timed repetition: "seconds" [R]; passes of a draw that were counted: "passes" [1].</summary>
    public const string Timing = "timing.npz";
}
