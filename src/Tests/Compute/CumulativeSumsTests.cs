using NUnit.Framework;
using Reproduce.Compute;

namespace Reproduce.Tests.Compute;

/// <summary>Which of several things a number falls to, at and between their running sums.</summary>
public sealed class CumulativeSumsTests
{
    [TestCase(0, 0)]
    [TestCase(0.249, 0)]
    [TestCase(0.25, 1, Description = "a thing has the numbers from the sum before it to below its own")]
    [TestCase(0.7, 1)]
    [TestCase(0.75, 2)]
    [TestCase(0.999, 2)]
    [TestCase(1, 2)]
    [TestCase(1.001, 2)]
    public void ANumberFallsToTheFirstSumAboveIt(double value, int index) =>
        Assert.That(CumulativeSums.IndexOf([0.25, 0.75, 1], value), Is.EqualTo(index));
}
