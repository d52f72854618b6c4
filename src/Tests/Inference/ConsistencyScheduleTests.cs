using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Reproduce.Inference.Estimators;

namespace Reproduce.Tests.Inference;

/// <summary>Noise levels, curriculum and interval probabilities against numbers worked out elsewhere.</summary>
public sealed class ConsistencyScheduleTests
{
    // The middle of three points is ((eps^(1/7) + T^(1/7)) / 2)^7; calculated with Python's floats.
    [TestCase(1, 0.07177132302454144)]
    [TestCase(10, 0.41235480545832126)]
    public void MiddleOfThreePoints(double largest, double middle)
    {
        double[] grid = ConsistencySchedule.Grid(3, 0.001, largest, 7);
        Assert.That(grid[0], Is.EqualTo(0.001), "eps, exactly");
        Assert.That(grid[1], Is.EqualTo(middle).Within(1e-12));
        Assert.That(grid[2], Is.EqualTo(largest), "T, exactly");
    }

    [Test]
    public void GridRisesAndIsEvenInTheSeventhRoot([Values(2, 11, 51, 1281)] int points)
    {
        double[] grid = ConsistencySchedule.Grid(points, 0.001, 50, 7);
        double[] roots = [.. grid.Select(t => Math.Pow(t, 1.0 / 7))];
        double step = (roots[^1] - roots[0]) / (points - 1);
        Assert.That(grid, Has.Length.EqualTo(points).And.Ordered.Ascending);
        Assert.That(roots.Zip(roots.Skip(1), (a, b) => b - a), Has.All.EqualTo(step).Within(1e-12));
    }

    [Test]
    public void SamplingLevelsDescendFromTheLargestAndLeaveOutTheSmallest()
    {
        Assert.That(ConsistencySchedule.SamplingLevels(1, 0.001, 10, 7), Is.EqualTo(new[] { 10.0 }));
        Assert.That(ConsistencySchedule.SamplingLevels(2, 0.001, 10, 7), Is.EqualTo(new[] { 10, 0.41235480545832126 }).Within(1e-12));
        double[] many = ConsistencySchedule.SamplingLevels(30, 0.001, 10, 7);
        Assert.That(many, Has.Length.EqualTo(30).And.Ordered.Descending);
        Assert.That(many[^1], Is.GreaterThan(0.001));
    }

    [Test]
    public void CurriculumOfTenToFiftyHasFourStages()
    {
        // log2(floor(50 / 10)) + 1 = 3.3219..., so 10,000 steps are stages of floor(3010.3) and a shorter last one.
        Assert.That(ConsistencySchedule.StageLength(10_000, 10, 50), Is.EqualTo(3010));
        Assert.That(Changes(10_000, 10, 50), Is.EqualTo(new[] { (0L, 10), (3010L, 20), (6020L, 40), (9030L, 50) }));
    }

    [Test]
    public void CurriculumOfTenTo1280HasEightEqualStages()
    {
        Assert.That(ConsistencySchedule.StageLength(8000, 10, 1280), Is.EqualTo(1000));
        Assert.That(
            Changes(8000, 10, 1280),
            Is.EqualTo(Enumerable.Range(0, 8).Select(i => (1000L * i, 10 << i))));
    }

    [TestCase(3, 10, 1280)]
    [TestCase(1, 10, 10)]
    [TestCase(5, 50, 10)]
    public void CurriculumOfVeryShortTrainingsStaysInBounds(long steps, int s0, int s1)
    {
        for (long k = 0; k < steps + 100; k++)
        {
            Assert.That(ConsistencySchedule.Intervals(k, steps, s0, s1), Is.InRange(Math.Min(s0, s1), s1));
        }
    }

    [Test]
    public void IntervalProbabilitiesAreThoseOfALogNormalLevel([Values(2, 11, 1281)] int points, [Values(1, 10, 200)] double largest)
    {
        double[] grid = ConsistencySchedule.Grid(points, 0.001, largest, 7);
        double[] found = ConsistencySchedule.IntervalProbabilities(grid, -1.1, 2.0);
        double[] weights =
        [
            .. Enumerable.Range(0, points - 1).Select(i => LogNormal.CDF(-1.1, 2.0, grid[i + 1]) - LogNormal.CDF(-1.1, 2.0, grid[i])),
        ];
        Assert.That(found.Sum(), Is.EqualTo(1).Within(1e-12));
        Assert.That(found, Has.All.GreaterThan(0));
        Assert.That(found, Is.EqualTo(weights.Select(w => w / weights.Sum())).Within(1e-12));
    }

    [Test]
    public void OnePointIsNoGrid() =>
        Assert.That(() => ConsistencySchedule.Grid(1, 0.001, 1, 7), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static List<(long Step, int Intervals)> Changes(long total, int s0, int s1)
    {
        List<(long Step, int Intervals)> changes = [];
        for (long k = 0; k < total; k++)
        {
            int intervals = ConsistencySchedule.Intervals(k, total, s0, s1);
            if (changes.Count == 0 || changes[^1].Intervals != intervals)
            {
                changes.Add((k, intervals));
            }
        }

        return changes;
    }
}
