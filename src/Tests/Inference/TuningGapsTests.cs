using NUnit.Framework;
using Reproduce.Inference.Estimators;

namespace Reproduce.Tests.Inference;

/// <summary>Neighbouring levels of consistency tuning, by hand.</summary>
public sealed class TuningGapsTests
{
    // 1 - 2^-(n+1) (1 + 8 / (1 + e^t)): at t = ln 3 the sigmoid is a quarter, so that the gap is 3 / 2^(n+1).
    [TestCase(0, 0)]
    [TestCase(1, 0.25)]
    [TestCase(2, 0.625)]
    [TestCase(7, 1 - 3.0 / 256)]
    public void ALevelsNeighbourComesNearerAtEveryStage(int stage, double share)
    {
        double t = Math.Log(3);
        Assert.That(TuningGaps.Below(t, stage, 2, 8, 1), Is.EqualTo(t * share).Within(1e-12));
    }

    [Test]
    public void ANeighbourIsNeverNearerThanAThousandthNorNegative()
    {
        Assert.That(TuningGaps.Below(5, 40, 2, 8, 1), Is.EqualTo(5 * 0.999).Within(1e-12));
        Assert.That(TuningGaps.Below(0.01, 0, 2, 8, 1), Is.Zero);
    }

    [Test]
    public void StagesAreOfEqualLength() => Assert.That(
        Enumerable.Range(0, 40).GroupBy(step => TuningGaps.Stage(step, 40, 8)).Select(g => (g.Key, g.Count())),
        Is.EqualTo(Enumerable.Range(0, 8).Select(n => (n, 5))));
}
