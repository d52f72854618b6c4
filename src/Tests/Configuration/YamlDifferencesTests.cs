using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

/// <summary>Where two files differ, as a reader wants to know it.</summary>
public sealed class YamlDifferencesTests
{
    [Test]
    public void KeysAreNamedWithBothValues()
    {
        IReadOnlyList<(string Key, string? First, string? Second)> differences = YamlDifferences.Of(
            Map("seed: 1\ntask: {kind: gmm, width: 2}\ncontenders:\n  cmpe: {steps: [1, 2]}\n  acf: {layers: 3}\nclaims: [{a: 1}, {a: 2}]"),
            Map("seed: 2\ntask: {width: 2, kind: gmm}\ncontenders:\n  cmpe: {steps: [1, 5]}\nclaims: [{a: 1}]\nnew: x\n"));

        Assert.That(differences, Is.EqualTo(new (string, string?, string?)[]
        {
            ("seed", "1", "2"),
            ("contenders.cmpe.steps", "[1, 2]", "[1, 5]"),
            ("contenders.acf", "1 entry", null),
            ("claims", "2 entries", "1 entry"),
            ("new", null, "x"),
        }));
    }

    [Test]
    public void TheSameFileDiffersInNothing() =>
        Assert.That(YamlDifferences.Of(Map("a: {b: [1, 2]}\n"), Map("a: {b: [1, 2]}\n")), Is.Empty);

    [Test]
    public void AMapBesideAValueIsADifference() =>
        Assert.That(YamlDifferences.Of(Map("a: {b: 1}\n"), Map("a: 2\n")), Is.EqualTo(new[] { ("a", "1 entry", "2") }));

    private static YamlMap Map(string text) => (YamlMap)YamlReader.Parse(text, "test.yaml");
}
