using System.Globalization;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>The local C2ST of a trained contender at one observation.</summary>
/// <param name="Result">What was found; null where the test was not made.</param>
/// <param name="Sentence">What it says, or why it was not made.</param>
public sealed record LocalTest(LocalC2stResult? Result, string Sentence)
{
    /// <summary>The smallest p-value that is no warning.</summary>
    public const double Warning = 0.05;

    /// <summary>Tests a contender at observations.</summary>
    /// <param name="model">The contender.</param>
    /// <param name="summaries">What its networks see of the observations, [J, S].</param>
    /// <param name="draws">Its draws for each, [J, S', D].</param>
    /// <param name="steps">Sampling steps.</param>
    /// <param name="permutations">Classifiers with permuted labels; 0 for no test.</param>
    /// <param name="key">Where the random numbers come from.</param>
    /// <param name="context">Where it runs.</param>
    /// <returns>A result for each observation.</returns>
    public static IReadOnlyList<LocalTest> Of(
        TrainedModel model, Tensor summaries, Tensor draws, int steps, int permutations, RandomKey key, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(summaries);
        ArgumentNullException.ThrowIfNull(draws);
        ArgumentNullException.ThrowIfNull(context);
        int count = (int)summaries.shape[0];
        string? missing = permutations == 0 ? "it was not asked for"
            : model.Held is null ? "there are no simulations at hand that were not learned from"
            : model.Held.Count < LocalC2st.Fewest ? $"it needs {LocalC2st.Fewest} validation simulations"
            : model.Task?.Description.Images is not null ? "of images nothing is learned by so small a classifier"
            : null;
        if (missing is not null || model.Held is not { } held)
        {
            return [.. Enumerable.Repeat(new LocalTest(null, $"No local C2ST: {missing}."), count)];
        }

        LocalC2stResult[] found = LocalTesting.Run(
            model.Estimator, held, summaries, draws, steps, permutations, key, model.Sampling(context), context);
        return [.. found.Select(f => new LocalTest(f, Verdict(f, held.Count)))];
    }

    private static string Verdict(LocalC2stResult found, long simulations)
    {
        string p = $"(local C2ST on {simulations} simulations: p = {found.PValue.ToString("G2", CultureInfo.InvariantCulture)})";
        return found.PValue < Warning
            ? $"WARNING: at this observation a classifier tells the draws from the posterior's {p}: they are too wide, too narrow or in "
                + "the wrong place here, even where calibration is good on average. Train with more simulations or for longer."
            : $"At this observation no classifier could tell the draws from the posterior's {p}.";
    }
}
