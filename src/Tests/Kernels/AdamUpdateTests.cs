using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Both forms of Adam against their formulas in double precision; what becomes of denormal numbers and of NaN.</summary>
[Category("VectorCode")]
public sealed class AdamUpdateTests
{
    private const int Count = 24, Steps = 200;
    private static readonly AdamSettings s_settings = new(0.9, 0.999, 1e-3);

    // Epsilon is large, so that its place matters; the gradients vary by some orders of magnitude.
    [Test]
    public void CorrectedMomentsAreAlgorithmOne([Values(0, 0.01)] double decay) =>
        Check<AdamWithCorrectedMoments>(decay, (m, v, t) =>
            m / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-3));

    [Test]
    public void ACorrectedRateHasEpsilonBesideTheUncorrectedRoot([Values(0, 0.01)] double decay) =>
        Check<AdamWithCorrectedRate>(decay, (m, v, t) =>
            Math.Sqrt(1 - Math.Pow(0.999, t)) / (1 - Math.Pow(0.9, t)) * m / (Math.Sqrt(v) + 1e-3));

    [Test]
    public void APenaltysGradientIsAddedAndTheNormOfTheSumReturned()
    {
        // More than the part that is summed in single precision.
        float[] gradient = Numbers(8208, 1), weights = Numbers(8208, 2), penalty = Numbers(8208, 3), before = [.. gradient];
        double norm = AdamUpdate.AddPenalty(gradient, weights, penalty);
        double[] sums = [.. before.Select((g, i) => g + (double)penalty[i] * weights[i])];
        Assert.Multiple(() =>
        {
            Assert.That(gradient.Select(g => (double)g), Is.EqualTo(sums).Within(1e-6));
            Assert.That(norm, Is.EqualTo(sums.Sum(s => s * s)).Within(1e-4).Percent);
            Assert.That(AdamUpdate.AddPenalty(before, weights, []), Is.EqualTo(before.Sum(g => (double)g * g)).Within(1e-4).Percent);
        });
    }

    [Test]
    public void MomentsOfAWeightWithoutGradientFadeToZeroAndNeverStayDenormal()
    {
        AdamFactors factors = new(1, 1e-3f, 1, 1);
        float[] values = Filled(1), first = new float[Count], second = new float[Count], gradient = Filled(1e-18f);
        AdamUpdate.Apply<AdamWithCorrectedMoments>(gradient, values, first, second, s_settings, factors);
        Assert.That(second, Is.All.Zero, "its square of 1e-39 is denormal");
        Assert.That(first, Is.All.GreaterThan(0));
        Array.Clear(gradient);
        int steps = 0;
        for (; first[0] != 0 && steps < 1000; steps++)
        {
            AdamUpdate.Apply<AdamWithCorrectedMoments>(gradient, values, first, second, s_settings, factors);
            Assert.That(first, Has.None.Matches<float>(float.IsSubnormal));
        }

        // 1e-19 * 0.9^n passes 2^-100 at n = 243; without the flush it would stand still at a denormal number.
        Assert.That(steps, Is.InRange(241, 245));
    }

    [Test]
    public void ANotANumberIsNotFlushed()
    {
        float[] values = new float[Count], first = new float[Count], second = new float[Count];
        AdamUpdate.Apply<AdamWithCorrectedRate>(Filled(float.NaN), values, first, second, s_settings, new AdamFactors(1, 1e-3f, 1, 1));
        Assert.That(values.Concat(first).Concat(second), Is.All.NaN);
    }

    private static void Check<TForm>(double decay, Func<double, double, int, double> move)
        where TForm : struct, IAdamForm
    {
        const double rate = 1e-2, clip = 0.5;
        float[] weights = Numbers(Count, 1), first = new float[Count], second = new float[Count];
        double[] w = [.. weights.Select(x => (double)x)], m = new double[Count], v = new double[Count];
        for (int t = 1; t <= Steps; t++)
        {
            float scale = MathF.Pow(10, t % 4 - 2);
            float[] gradient = [.. Numbers(Count, (ulong)t + 7).Select(g => g * scale)];
            for (int i = 0; i < Count; i++)
            {
                double g = clip * gradient[i];
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                w[i] = w[i] * (1 - rate * decay) - rate * move(m[i], v[i], t);
            }

            AdamFactors factors = TForm.Factors(s_settings, t, rate, clip, decay);
            AdamUpdate.Apply<TForm>(gradient, weights, first, second, s_settings, factors);
        }

        Assert.Multiple(() =>
        {
            Assert.That(weights.Select(x => (double)x), Is.EqualTo(w).Within(2e-5));
            Assert.That(first.Select(x => (double)x), Is.EqualTo(m).Within(1e-6));
            // 1 - 0.999 in single precision is off by a part in 30000.
            Assert.That(second.Select(x => (double)x), Is.EqualTo(v).Within(0.01).Percent);
        });
    }

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, Count)];

    private static float[] Numbers(int count, ulong seed) => KernelNumbers.Uniform(count, seed);
}
