using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Whether an estimator's posterior is right at one observation, without draws from the exact one (L-C2ST: Linhart, Gramfort, Rodrigues
/// 2023).
/// </summary>
/// <remarks>
/// A classifier learns to tell parameters with which a simulation was made from a draw of its estimated posterior, each beside the
/// simulation. At the observation, it should find nothing in the estimator's draws: the statistic is the mean of (d - 1/2)^2 over them, d
/// being the probability that it is a draw. Its null distribution comes from classifiers of which the two parameters of each simulation
/// were swapped at random: of an exact posterior both are alike, so its p-values are uniformly distributed.
/// </remarks>
public static class LocalC2st
{
    // In standard deviations of the pairs: beyond, a small network says nothing sensible.
    private const double Farthest = 5;

    /// <summary>Tests an estimator at J observations.</summary>
    /// <param name="truth">Parameters with which simulations were made that the estimator has not learned from, [N, D].</param>
    /// <param name="draws">A draw from the estimated posterior of each, [N, D].</param>
    /// <param name="x">The simulations, [N, S], or what the estimator sees of them.</param>
    /// <param name="observed">The observations, [J, S].</param>
    /// <param name="observedDraws">Draws from the estimated posterior of each, [J, S', D].</param>
    /// <param name="settings">How the classifiers are trained.</param>
    /// <param name="key">Where the random numbers come from.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>[J].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, fewer than 20 simulations, or numbers that are not finite.</exception>
    public static LocalC2stResult[] Test(
        Tensor truth,
        Tensor draws,
        Tensor x,
        Tensor observed,
        Tensor observedDraws,
        LocalC2stSettings settings,
        RandomKey key,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        SettingsRules.Check(settings, "local C2ST");
        Check(truth, draws, x, observed, observedDraws);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long pairs = Math.Min(truth.shape[0], settings.MostPairs), each = Math.Min(observedDraws.shape[1], settings.MostDraws);
        Tensor conditions = Double(x).narrow(0, 0, pairs);
        Tensor rows = cat(
            [
                cat([Double(truth).narrow(0, 0, pairs), conditions], 1),
                cat([Double(draws).narrow(0, 0, pairs), conditions], 1),
            ],
            0);
        Tensor asked = cat(
            [
                Double(observedDraws).narrow(1, 0, each),
                Double(observed).unsqueeze(1).expand(-1, each, -1),
            ],
            2).flatten(0, 1);
        Tensor mean = rows.mean([0L], keepdim: true), deviation = (rows - mean).Squared().mean([0L], keepdim: true).sqrt();
        Tensor scale = where(deviation > 0, deviation, ones_like(deviation));
        PairClassifiers classifiers = new(Numbers((rows - mean) / scale), (int)rows.shape[1], settings);
        float[][] odds = classifiers.Run(
            Swaps((int)pairs, settings.Permutations, key.Child("swap")), Numbers((asked - mean) / scale), key.Child("train"), cancel);
        return [.. Enumerable.Range(0, (int)observed.shape[0]).Select(j => Result(odds, j * (int)each, (int)each))];
    }

    // The first classifier has the classes as they are.
    private static bool[][] Swaps(int pairs, int permutations, RandomKey key) =>
    [
        new bool[pairs],
        .. Enumerable.Range(0, permutations).Select(h =>
        {
            SplitMix64 random = new(key.Child(h).Value);
            bool[] swaps = new bool[pairs];
            for (int n = 0; n < pairs; n++)
            {
                swaps[n] = random.NextDouble() < 0.5;
            }

            return swaps;
        }),
    ];

    private static LocalC2stResult Result(float[][] odds, int first, int count)
    {
        double[] statistics = [.. odds.Select(o => o.AsSpan(first, count).ToArray().Average(l => Square(1 / (1 + Math.Exp(-l)) - 0.5)))];
        double[] permuted = statistics[1..];
        return new LocalC2stResult(
            statistics[0],
            Quantiles.OfSorted([.. permuted.Order()], 0.95),
            (1.0 + permuted.Count(s => s >= statistics[0])) / (permuted.Length + 1));
    }

    private static double Square(double x) => x * x;

    private static Tensor Double(Tensor t) => t.detach().to(ScalarType.Float64, CPU);

    private static float[] Numbers(Tensor t)
    {
        using Scalar low = (-Farthest).ToScalar(), high = Farthest.ToScalar();
        return t.clamp(low, high).to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private static void Check(Tensor truth, Tensor draws, Tensor x, Tensor observed, Tensor observedDraws)
    {
        Require.Rank(truth, 2, nameof(truth), "[N, D]");
        Require.Rank(draws, 2, nameof(draws), "[N, D]");
        Require.Rank(x, 2, nameof(x), "[N, S]");
        Require.Rank(observed, 2, nameof(observed), "[J, S]");
        Require.Rank(observedDraws, 3, nameof(observedDraws), "[J, S', D]");
        if (!draws.shape.SequenceEqual(truth.shape) || x.shape[0] != truth.shape[0] || observed.shape[1] != x.shape[1]
            || observedDraws.shape[0] != observed.shape[0] || observedDraws.shape[2] != truth.shape[1])
        {
            throw new ArgumentException(
                $"expected shapes that go together, got truth {Require.Shape(truth)}, draws {Require.Shape(draws)}, x {Require.Shape(x)}, "
                    + $"observed {Require.Shape(observed)}, observedDraws {Require.Shape(observedDraws)}.",
                nameof(draws));
        }

        if (truth.shape[0] < Fewest)
        {
            throw new ArgumentException($"expected at least {Fewest} simulations, got {truth.shape[0]}.", nameof(truth));
        }

        foreach (Tensor t in new[] { truth, draws, x, observed, observedDraws })
        {
            Require.Finite(t, nameof(draws));
        }
    }

    /// <summary>So many simulations are needed.</summary>
    public const int Fewest = 20;
}
