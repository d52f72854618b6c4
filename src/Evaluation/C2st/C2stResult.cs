using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Reproduce.Evaluation;

/// <summary>A classifier two-sample test with what chance does to it.</summary>
/// <param name="Accuracy">Of the classifier on the held-out draws: 0.5 when it cannot tell the samples apart.</param>
/// <param name="StandardError">
/// Of the accuracy, because the held-out draws are few; another training would move it too. By the binomial distribution with one right
/// and one wrong answer added, so that it is not 0 for an accuracy of 1.
/// </param>
/// <param name="PValue">
/// Probability of at least this accuracy for samples of one distribution: uniform in [0, 1] there, small where the classifier can tell.
/// </param>
public readonly record struct C2stResult(double Accuracy, double StandardError, double PValue)
{
    private const double SmallestPValue = 1e-300;

    /// <summary>Accuracies of several data sets as one: their mean, its standard error, and Fisher's combination of the p-values.</summary>
    /// <param name="results">Of independent data sets, one or more.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static C2stResult Combine(IReadOnlyList<C2stResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0)
        {
            throw new ArgumentException("results: expected at least one.", nameof(results));
        }

        // Minus twice the sum of the logarithms of J uniform numbers is chi-squared with 2 J degrees of freedom.
        double sum = results.Sum(r => -Math.Log(Math.Max(r.PValue, SmallestPValue)));
        return new C2stResult(
            results.Average(r => r.Accuracy),
            Math.Sqrt(results.Sum(r => r.StandardError * r.StandardError)) / results.Count,
            results.Count == 1 ? results[0].PValue : SpecialFunctions.GammaUpperRegularized(results.Count, sum));
    }

    /// <summary>The test's result of one classifier.</summary>
    /// <remarks>
    /// The permutation test of the held-out rows' classes, with all permutations: if both samples are of one distribution, the classes of
    /// the held-out rows are in random order whatever the classifier has learnt from the other rows, so the number of draws that it tells
    /// is hypergeometric. A random part of the probability of just this number makes the p-value uniform, as in conformal tests
    /// (arXiv:2507.17026).
    /// </remarks>
    /// <param name="held">What the classifier did.</param>
    /// <param name="random">A uniform number in [0, 1).</param>
    internal static C2stResult Of(HeldOut held, double random)
    {
        int most = Math.Min(held.CalledDraws, held.OfDraws);
        double above = 0;
        for (int told = most; told > held.CorrectOfDraws; told--)
        {
            above += Probability(told);
        }

        double right = (held.Correct + 1.0) / (held.Rows + 2);
        return new C2stResult(
            held.Accuracy,
            Math.Sqrt(right * (1 - right) / held.Rows),
            Math.Clamp(above + (1 - random) * Probability(held.CorrectOfDraws), 0, 1));

        double Probability(int told) => Math.Exp(Hypergeometric.PMFLn(held.Rows, held.OfDraws, held.CalledDraws, told));
    }
}
