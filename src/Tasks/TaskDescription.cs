using Reproduce.Tasks.Denoising;

namespace Reproduce.Tasks;

/// <summary>
/// What a task offers beside its prior and its simulator, and what its report shows. Whoever uses a task asks this and not what type it
/// is: what is null, the task does not have.
/// </summary>
public sealed record TaskDescription
{
    /// <summary>The parameters as figures and tables write them, such as "θ₁", in the order of theta's columns.</summary>
    public required IReadOnlyList<string> ParameterLabels { get; init; }

    /// <summary>Draws from the posterior, to compare an estimator's with.</summary>
    public IReferencePosterior? Reference { get; init; }

    /// <summary>The likelihood, with the prior and the evidence: the posterior's density is known completely.</summary>
    public IEvidence? Likelihood { get; init; }

    /// <summary>Prior times likelihood, by which draws are weighed.</summary>
    public IJointDensity? Joint
    {
        get => field ?? Likelihood;
        init;
    }

    /// <summary>Statistics of simulations that the user's program computes, if it does.</summary>
    public IOwnStatistics? Statistics { get; init; }

    /// <summary>Many slow simulations at once, some of which may fail.</summary>
    public IBatchSimulator? Batches { get; init; }

    /// <summary>log p(theta) of D numbers, negative infinity outside of the prior's support; null where it is not known.</summary>
    public Func<double[], double>? LogPrior { get; init; }

    /// <summary>Whether the report tells contraction and z-scores, as one wants them of a problem of one's own.</summary>
    public bool ShowsContraction { get; init; }

    /// <summary>Whether a simulation starts a program of the user's, which is not done for a look at the plan.</summary>
    public bool StartsPrograms { get; init; }

    /// <summary>The data that are the parameters, instead of draws from a prior.</summary>
    public IFixedSplits? Data { get; init; }

    /// <summary>Simulations that were made elsewhere, in place of a prior and a simulator.</summary>
    public IStoredPairs? Stored { get; init; }

    /// <summary>Given observations to be tested on, in place of simulations from the prior.</summary>
    public IFixedTests? Tests { get; init; }

    /// <summary>The distance of a draw's own simulation from the observation.</summary>
    public IResimulation? Resimulation { get; init; }

    /// <summary>
    /// The magnitude of the mean over all parameters under the prior, where the published script divided absolute errors by it and called
    /// their mean a root mean squared error.
    /// </summary>
    public double? ErrorScale { get; init; }

    /// <summary>How a parameter vector is drawn as a configuration in the plane; the report shows those in place of a scatter.</summary>
    public IConfiguration? Configuration { get; init; }

    /// <summary>
    /// What the parameters show as an image; the report has images and the image table in place of scatter and calibration.
    /// </summary>
    public IImageParameters? Images { get; init; }

    /// <summary>Columns of theta that the report's scatter shows.</summary>
    public (int X, int Y) Scatter { get; init; } = (0, 1);

    /// <summary>Labels of parameters without a meaning of their own: a symbol with the numbers from 1 below the line.</summary>
    /// <param name="symbol">The symbol, such as "θ".</param>
    /// <param name="count">Number of parameters, D.</param>
    public static IReadOnlyList<string> Numbered(string symbol, int count) =>
        [.. Enumerable.Range(1, count).Select(i => symbol + string.Concat($"{i}".Select(digit => (char)('₀' + digit - '0'))))];
}
