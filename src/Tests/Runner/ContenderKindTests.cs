using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;

namespace Reproduce.Tests.Runner;

/// <summary>What the kinds of contenders say about themselves.</summary>
[Category("Fast")]
public sealed class ContenderKindTests
{
    [Test]
    public void TheKindsAreThePapersInItsOrderAndOurs() =>
        Assert.That(Contenders.Styles.Select(s => s.Name), Is.EqualTo(new[] { "acf", "nsf", "fmpe", "cmpe", "npse" }));

    [Test]
    public void NoTwoKindsLookAlike()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Contenders.Styles.Select(s => s.Label), Is.Unique);
            Assert.That(Contenders.Styles.Select(s => s.Order), Is.Unique);
            Assert.That(Contenders.Styles.Select(s => s.Colour), Is.Unique);
            Assert.That(Contenders.Styles.Select(s => s.Colour), Has.All.Match("^#[0-9A-F]{6}$"));
            Assert.That(Contenders.Styles.Select(s => s.Marker), Is.Unique);
        });
    }

    [Test]
    public void EveryKindIsInOneOfTheShippedExperiments()
    {
        IEnumerable<MethodStyle> shipped = Repository.Experiments
            .SelectMany(file => Repository.Request(file).Load().Experiment.Contenders.Values)
            .Select(Contenders.StyleOf);
        Assert.That(shipped.Distinct().OrderBy(s => s.Order), Is.EqualTo(Contenders.Styles));
    }
}
