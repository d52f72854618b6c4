using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Tests of accuracy with random points, TARP (Lemos, Coogan, Hezaveh and Perreault-Levasseur 2023, "Sampling-based accuracy testing of
/// posterior estimators for general inference", arXiv:2302.03026): calibration of all parameters together, from draws alone.
/// </summary>
/// <remarks>
/// Around a random reference point lies the ball on whose surface the true parameter is; its credibility is the part of the posterior
/// inside. Over data sets these credibilities are uniform when the posteriors are exact, wherever the points are. Simulation-based
/// calibration of single parameters cannot see a wrong dependence between them; this can. As the points here do not depend on the data,
/// neither of the two sees posteriors that ignore the data: draws from the prior are calibrated.
/// </remarks>
public static class Tarp
{
    /// <summary>For every data set the credibility of the region around a random point on whose border the true parameter lies.</summary>
    /// <remarks>
    /// Parameters are scaled by the range of the true ones, which come from the prior, so that distances weigh all of them alike; reference
    /// points are uniform in that range.
    /// </remarks>
    /// <param name="draws">Posterior draws, [J, S, D], on any device.</param>
    /// <param name="truth">True parameters, [J, D].</param>
    /// <param name="key">Data set j takes its reference point from the stream key.Child(j).</param>
    /// <returns>[J], each the middle of one of S + 1 equal parts of [0, 1].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or numbers that are not finite.</exception>
    public static double[] Credibilities(Tensor draws, Tensor truth, RandomKey key)
    {
        Require.Truth(draws, truth);
        Require.Finite(draws, nameof(draws));
        Require.Finite(truth, nameof(truth));
        using IDisposable inference = no_grad();
        using IDisposable scope = NewDisposeScope();
        Tensor exact = truth.to(ScalarType.Float64).cpu();
        Tensor low = exact.amin([0]);
        Tensor width = exact.amax([0]) - low;
        Tensor range = where(width > 0, width, ones_like(width));
        Tensor places = (exact - low) / range;
        int dimension = (int)draws.shape[2];
        double[] credibilities = new double[draws.shape[0]];
        for (int j = 0; j < credibilities.Length; j++)
        {
            using IDisposable step = NewDisposeScope();
            SplitMix64 random = new(key.Child(j).Value);
            double[] point = new double[dimension];
            for (int d = 0; d < dimension; d++)
            {
                point[d] = random.NextDouble();
            }

            Tensor reference = tensor(point);
            Tensor distances = ((draws[j].to(ScalarType.Float64).cpu() - low) / range - reference).Squared().sum(-1);
            Tensor own = (places[j] - reference).Squared().sum();
            long nearer = (distances < own).sum().item<long>(), tied = (distances == own).sum().item<long>();

            // Of draws as far as the true parameters a random number counts as nearer: discrete posteriors would look too narrow.
            nearer += tied == 0 ? 0 : random.NextInt((int)tied + 1);
            credibilities[j] = (nearer + 0.5) / (draws.shape[1] + 1);
        }

        return credibilities;
    }

    /// <summary>
    /// The largest difference between the part of the data sets up to a credibility and that credibility, over all of them: the
    /// distance of Kolmogorov and Smirnov to uniform coverage.
    /// </summary>
    /// <remarks>Of J exact posteriors it is 0.87 / sqrt(J) on average and above 1.36 / sqrt(J) one time in twenty.</remarks>
    /// <param name="credibilities">[J], in [0, 1].</param>
    /// <exception cref="ArgumentException">None, or numbers outside of [0, 1].</exception>
    public static double LargestDifference(IReadOnlyList<double> credibilities)
    {
        ArgumentNullException.ThrowIfNull(credibilities);
        if (credibilities.Count == 0 || credibilities.Any(c => c is not (>= 0 and <= 1)))
        {
            throw new ArgumentException("credibilities: expected at least one, each from 0 to 1.", nameof(credibilities));
        }

        double[] sorted = [.. credibilities.Order()];
        return sorted.Select((c, i) => Math.Max((i + 1.0) / sorted.Length - c, c - (double)i / sorted.Length)).Max();
    }
}
