using Reproduce.Evaluation;

namespace Reproduce.Runner.Inferring;

/// <summary>What is asked of a trained contender for observations of the user's.</summary>
public sealed record InferenceSettings
{
    /// <summary>The files of the observations.</summary>
    public required IReadOnlyList<string> Observations { get; init; }

    /// <summary>Statistics of the predictive check; the usual ones where there are none.</summary>
    public IReadOnlyList<ChosenStatistic> Statistics { get; init; } = [];

    /// <summary>The contender; null where the experiment has only one.</summary>
    public string? Contender { get; init; }

    /// <summary>Sampling steps; those of the figures when not given.</summary>
    public int? Steps { get; init; }

    /// <summary>Training simulations; the largest budget of the experiment when not given.</summary>
    public int? Budget { get; init; }

    /// <summary>Posterior draws for each observation.</summary>
    public int Draws { get; init; } = 4000;

    /// <summary>Classifiers with permuted labels of the local C2ST; 0 for no such test.</summary>
    public int LocalC2st { get; init; } = new LocalC2stSettings().Permutations;

    /// <summary>Simulations with posterior draws for the predictive check of each observation; 0 for none.</summary>
    public int Predictive { get; init; } = 500;
}
