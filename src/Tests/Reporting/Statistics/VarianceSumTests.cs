using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>Quantiles of Student's distribution against tables, at degrees of freedom that sums of variances can have.</summary>
public sealed class VarianceSumTests
{
    // Tables; a variance that is all but known beside a tiny estimate has millions of millions of degrees of freedom.
    [TestCase(1, 12.7062)]
    [TestCase(4, 2.77645)]
    [TestCase(99, 1.98422)]
    [TestCase(1e7, 1.95996)]
    [TestCase(1e12, 1.95996)]
    [TestCase(1e15, 1.95996)]
    [TestCase(1e20, 1.95996)]
    [TestCase(double.PositiveInfinity, 1.95996)]
    public void QuantilesAreThoseOfTables(double degreesOfFreedom, double quantile) =>
        Assert.That(VarianceSum.Quantile(0.975, degreesOfFreedom), Is.EqualTo(quantile).Within(1e-4));

    [Test]
    public void AKnownVarianceBesideATinyEstimateIsKnown()
    {
        VarianceSum sum = new();
        sum.Add(1, double.PositiveInfinity);
        sum.Add(1e-10, 1);

        Assert.That(sum.DegreesOfFreedom, Is.EqualTo(1e20).Within(1).Percent);
        Assert.That(VarianceSum.Quantile(0.975, sum.DegreesOfFreedom), Is.EqualTo(1.95996).Within(1e-4));
    }
}
