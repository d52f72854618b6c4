using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>
/// Masks that are computed row by row: how much they drop, that expectations are exact, that entries say nothing of each other.
/// </summary>
[Category("VectorCode")]
public sealed class RowDropoutTests
{
    private const int Rows = 2000, Columns = 300;

    [Test]
    public void DropsTheRateAndKeepsTheMean([Values(0.001, 0.1, 0.5)] double rate)
    {
        RowDropout dropout = new(11, rate);
        float[] mask = Mask(dropout);
        double dropped = mask.Count(v => v == 0) / (double)mask.Length;

        // Five standard errors of a share, and the rounding of the rate.
        double tolerance = 5 * Math.Sqrt(rate * (1 - rate) / mask.Length) + 1.0 / 131072;
        Assert.That(dropped, Is.EqualTo(rate).Within(tolerance));
        Assert.That(mask.Where(v => v != 0), Has.All.EqualTo(dropout.Kept));
        Assert.That(dropout.Kept * (1 - Math.Round(rate * 65536) / 65536), Is.EqualTo(1).Within(1e-7), "the mean of an entry");
    }

    [Test]
    public void EntriesAreIndependentAcrossColumnsRowsAndMasks()
    {
        const double rate = 0.3;
        float[] mask = Mask(new RowDropout(11, rate)), other = Mask(new RowDropout(12, rate));
        Assert.Multiple(() =>
        {
            foreach (int step in new[] { 1, 2, 8, 15, 16, 17, 31, 32, 33, Columns, 2 * Columns, 16 * Columns })
            {
                Assert.That(Correlation(mask, mask[step..]), Is.EqualTo(0).Within(5 / Math.Sqrt(mask.Length)), $"{step} entries on");
            }

            Assert.That(Correlation(mask, other), Is.EqualTo(0).Within(5 / Math.Sqrt(mask.Length)), "another key");
        });

        double Correlation(float[] a, float[] b)
        {
            double kept = 1 / (1 - rate), sum = 0;
            int count = Math.Min(a.Length, b.Length);
            for (int i = 0; i < count; i++)
            {
                sum += (a[i] / kept - 1 + rate) * (b[i] / kept - 1 + rate);
            }

            return sum / count / (rate * (1 - rate));
        }
    }

    [Test]
    public void CountsPerRowAndColumnAreBinomial()
    {
        const double rate = 0.2;
        float[] mask = Mask(new RowDropout(13, rate));
        double[] rows = new double[Rows], columns = new double[Columns];
        for (int i = 0; i < mask.Length; i++)
        {
            rows[i / Columns] += mask[i] == 0 ? 1 : 0;
            columns[i % Columns] += mask[i] == 0 ? 1 : 0;
        }

        // The mean of n squared standardised counts is 1 within a few times sqrt(2 / n).
        Assert.That(MeanSquare(rows, Columns), Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / Rows)));
        Assert.That(MeanSquare(columns, Rows), Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / Columns)));

        static double MeanSquare(double[] counts, int n) =>
            counts.Average(c => (c - n * rate) * (c - n * rate)) / (n * rate * (1 - rate));
    }

    [Test]
    public void ItIsOffAtRateZeroAndRefusesWhatIsNoRate()
    {
        Assert.That(RowDropout.Off.IsOn, Is.False);
        Assert.That(new RowDropout(3, 0.1).IsOn, Is.True);
        Assert.That(Mask(RowDropout.Off), Has.All.EqualTo(1f));
        Assert.That(() => new RowDropout(3, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new RowDropout(3, -0.1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static float[] Mask(RowDropout dropout)
    {
        float[] mask = new float[Rows * Columns];
        dropout.Fill(mask, Columns);
        return mask;
    }
}
