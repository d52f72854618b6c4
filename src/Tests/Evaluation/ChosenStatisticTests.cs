using NUnit.Framework;
using Reproduce.Evaluation;

namespace Reproduce.Tests.Evaluation;

/// <summary>Statistics that a user names, and their p-values.</summary>
public sealed class ChosenStatisticTests
{
    // Mean 3, sum of squares about it 1 + 4 + 25 + 4 + 0 = 34.
    private static readonly double[] s_series = [2, 1, 8, 1, 3];

    [TestCase("mean", 3)]
    [TestCase("sum", 15)]
    [TestCase("min", 1)]
    [TestCase("max", 8)]
    [TestCase("median", 2)]
    [TestCase("argmax", 3)]
    [TestCase("argmin", 2)]
    [TestCase("at:4", 1)]
    [TestCase("count-above:1", 3)]
    [TestCase("count-below:-2.5e0", 0)]
    [TestCase("quantile:0.75", 3)]
    [TestCase("quantile:0.875", 5.5)]
    [TestCase("autocorrelation:2", (-1.0 * 5 + -2 * -2 + 5 * 0) / 34)]
    public void AStatisticIsThatByHand(string text, double expected) =>
        Assert.That(ChosenStatistic.Parse(text).Of(s_series), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void TheDeviationIsThatOfASample() =>
        Assert.That(ChosenStatistic.Parse("sd").Of(s_series), Is.EqualTo(Math.Sqrt(34 / 4.0)).Within(1e-12));

    [Test]
    public void ASeriesThatDoesNotVaryHasNoAutocorrelation() =>
        Assert.That(ChosenStatistic.Parse("autocorrelation:1").Of([4, 4, 4]), Is.Zero);

    [TestCase("y:quantile:0.5", "y", "quantile 0.5")]
    [TestCase("argmax", null, "argmax")]
    [TestCase("mean:mean", "mean", "mean")]
    [TestCase("y:at:3", "y", "at 3")]
    public void AnArrayMayStandBefore(string text, string? array, string name)
    {
        ChosenStatistic statistic = ChosenStatistic.Parse(text);

        Assert.That((statistic.Array, statistic.Name), Is.EqualTo((array, name)));
    }

    [TestCase("quantle", "expected one of mean, sd, min, max, sum, median, argmin, argmax, quantile, autocorrelation,")]
    [TestCase("y:", "expected one of mean")]
    [TestCase("", "expected one of mean")]
    [TestCase("mean:3", "expected nothing after mean")]
    [TestCase("quantile", "expected quantile:NUMBER, a number between 0 and 1")]
    [TestCase("quantile:1.5", "expected quantile:NUMBER, a number between 0 and 1")]
    [TestCase("at:0", "expected at:NUMBER, a number that is a place, from 1")]
    [TestCase("autocorrelation:1.5", "a number that is a lag of at least 1")]
    [TestCase("count-above:NaN", "expected count-above:NUMBER, a number")]
    public void AWrongOneIsRefused(string text, string reason) =>
        Assert.That(() => ChosenStatistic.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(reason));

    [TestCase("z:mean", "there is no array 'z'; the arrays are x, y")]
    [TestCase("at:4", "at 4: the array has 3 numbers")]
    [TestCase("y:at:4", null)]
    [TestCase("x:autocorrelation:3", "autocorrelation 3: the array has 3 numbers")]
    [TestCase("x:autocorrelation:2", null)]
    public void AnArrayThatIsMissingOrShortIsNamed(string text, string? problem)
    {
        SortedDictionary<string, int> lengths = new() { ["x"] = 3, ["y"] = 10 };

        Assert.That(ChosenStatistic.Parse(text).Problem(lengths), Is.EqualTo(problem));
    }

    /// <summary>
    /// p = 2 min(share of those that are as large, share of those that are as small), the observation counted to both, at most 1: counted
    /// one by one over simulations with ties.
    /// </summary>
    /// <param name="observed">The observation.</param>
    [TestCase(0)]
    [TestCase(3)]
    [TestCase(7)]
    [TestCase(20)]
    public void PValuesAreThoseOfCounting(double observed)
    {
        double[] simulated = [.. Enumerable.Range(0, 97).Select(i => (double)(i * i % 11))];
        int above = 1, below = 1;
        foreach (double s in simulated)
        {
            if (s >= observed)
            {
                above++;
            }

            if (s <= observed)
            {
                below++;
            }
        }

        PredictiveStatistic found = PredictiveStatistic.Of("x", observed, simulated);

        Assert.That(found.PValue, Is.EqualTo(Math.Min(1, 2 * Math.Min(above, below) / 98.0)).Within(1e-12));
    }

    [TestCase("at:4", 3, false)]
    [TestCase("at:3", 3, true)]
    [TestCase("autocorrelation:3", 3, false)]
    [TestCase("autocorrelation:2", 3, true)]
    [TestCase("mean", 1, true)]
    [TestCase("mean", 0, false)]
    public void AnArrayMayBeTooShort(string text, int count, bool expected) =>
        Assert.That(ChosenStatistic.Parse(text).IsOf(count), Is.EqualTo(expected));
}
