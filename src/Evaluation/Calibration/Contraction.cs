using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>How much the posteriors know that the prior does not, and how many of their deviations the true parameters are away.</summary>
/// <remarks>Schad, Betancourt and Vasishth (2021), Section "Model sensitivity". Neither needs a reference posterior.</remarks>
public static class Contraction
{
    /// <summary>
    /// One minus the posterior's variance, on average over data sets, over the prior's, which is estimated by that of the true parameters:
    /// 0 where nothing was learned, 1 where the parameter is known.
    /// </summary>
    /// <param name="draws">Posterior draws, [J, S, D], J of at least 2.</param>
    /// <param name="truth">True parameters, [J, D].</param>
    /// <returns>[D]; NaN for a parameter whose true value is the same in all data sets, which has nothing to contract.</returns>
    public static double[] PerParameter(Tensor draws, Tensor truth)
    {
        Check(draws, truth);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor posterior = draws.to(ScalarType.Float64).var(1, unbiased: true).mean([0L]);
        Tensor exact = truth.to(ScalarType.Float64);
        Tensor contraction = 1 - posterior / exact.var(0, unbiased: true);
        return WhereVaries(contraction, exact, 0).cpu().data<double>().ToArray();
    }

    /// <summary>The posterior's mean less the true parameter, in standard deviations of the posterior.</summary>
    /// <param name="draws">Posterior draws, [J, S, D].</param>
    /// <param name="truth">True parameters, [J, D].</param>
    /// <returns>The D scores of each data set, one set behind the other; NaN where all draws of a parameter are the same.</returns>
    public static double[] ZScores(Tensor draws, Tensor truth)
    {
        Check(draws, truth);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = draws.to(ScalarType.Float64);
        Tensor scores = (theta.mean([1L]) - truth.to(ScalarType.Float64)) / theta.std(1, unbiased: true);
        return WhereVaries(scores, theta, 1).cpu().flatten().data<double>().ToArray();
    }

    /// <summary>The mean of the numbers that there are; NaN without one.</summary>
    /// <param name="values">Contractions, or squares of z-scores.</param>
    public static double MeanOfKnown(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    // By the ends: the deviation of equal numbers may be that of rounding.
    private static Tensor WhereVaries(Tensor values, Tensor of, long dimension) =>
        values.masked_fill(of.amax([dimension]).eq(of.amin([dimension])), double.NaN);

    private static void Check(Tensor draws, Tensor truth)
    {
        ArgumentNullException.ThrowIfNull(draws);
        ArgumentNullException.ThrowIfNull(truth);
        Compute.Require.Truth(draws, truth);
    }
}
