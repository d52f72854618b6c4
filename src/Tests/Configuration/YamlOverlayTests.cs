using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

[TestFixture]
public sealed class YamlOverlayTests
{
    [TestCase("{a: {b: 1, c: 2}}", "{a: {c: 3, d: 4}}", "{a: {b: 1, c: 3, d: 4}}", Description = "maps deeply")]
    [TestCase("{a: [1, 2, 3], e: 1}", "{a: [4]}", "{a: [4], e: 1}", Description = "lists whole, order kept")]
    [TestCase("{a: 1, b: 2}", "{a: ~}", "{b: 2}", Description = "nothing takes away")]
    [TestCase("{a: 1}", "{b: ~}", "{a: 1, b: ~}", Description = "a misspelt removal stays visible")]
    [TestCase("{a: 1}", "{a: {b: 2}}", "{a: {b: 2}}", Description = "a map replaces a value")]
    [TestCase("{a: {b: 2}}", "{a: 1}", "{a: 1}", Description = "a value replaces a map")]
    [TestCase("{c: {x: {n: 1}, y: {n: 1}}}", "{c: {'*': {n: 2}}}", "{c: {x: {n: 2}, y: {n: 2}}}", Description = "every entry")]
    [TestCase("{c: {x: {n: 1}, y: {n: 1}}}", "{c: {x: {n: 3}, '*': {n: 2}}}", "{c: {x: {n: 3}, y: {n: 2}}}", Description = "names last")]
    [TestCase("{c: {x: {kind: p, n: 1}, y: {kind: q, n: 1}}}", "{c: {'*:q': {n: 3}, '*': {n: 2}}}",
        "{c: {x: {kind: p, n: 2}, y: {kind: q, n: 3}}}", Description = "kinds after all, before names")]
    [TestCase("{c: {x: 1}}", "{d: {'*': {n: 2}, z: {'*': 1, k: 2}}}", "{c: {x: 1}, d: {z: {k: 2}}}", Description = "no entries, no effect")]
    public void Merging(string baseYaml, string overlay, string expected)
    {
        YamlMap merged = YamlOverlay.Merge(Sample.Map(baseYaml), Sample.Map(overlay));
        Assert.That(YamlWriter.Write(merged), Is.EqualTo(YamlWriter.Write(Sample.Map(expected))));
    }

    [TestCase("a.b=5", "{a: {b: 5, c: 2}}")]
    [TestCase("a.b=[1, 2]", "{a: {b: [1, 2], c: 2}}")]
    [TestCase("a.b=x=y", "{a: {b: x=y, c: 2}}")]
    [TestCase("a.b=cuda:0", "{a: {b: 'cuda:0', c: 2}}")]
    [TestCase("a.b=''", "{a: {b: '', c: 2}}")]
    [TestCase("a.b=~", "{a: {c: 2}}")]
    [TestCase("d.e.f=true", "{a: {b: 1, c: 2}, d: {e: {f: true}}}")]
    [TestCase("a.*=7", "{a: {b: 7, c: 7}}")]
    public void Setting(string assignment, string expected)
    {
        YamlMap changed = YamlOverlay.Set(Sample.Map("{a: {b: 1, c: 2}}"), assignment);
        Assert.That(YamlWriter.Write(changed), Is.EqualTo(YamlWriter.Write(Sample.Map(expected))));
    }

    [TestCase("a.b", "--set a.b: expected KEY.KEY=VALUE, such as simulations.validation=100.")]
    [TestCase("=1", "--set =1: expected KEY.KEY=VALUE, such as simulations.validation=100.")]
    [TestCase("a..b=1", "--set a..b=1: expected KEY.KEY=VALUE, such as simulations.validation=100.")]
    [TestCase("a.b=", "--set a.b=: a value is missing; write '' for an empty text, or ~ to take the key away.")]
    [TestCase("a.*:cmep.n=1", "--set a.*:cmep.n=1: the wildcard matches no entry.")]
    [TestCase(
        "a=[1",
        "--set a=[1: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'; this is the end of the text."
    )]
    [TestCase(
        "a=*x",
        "--set a=*x: aliases ('*name') are not supported; write the value out, or put quotes around a text that starts with '*'."
    )]
    public void SettingsOfTheWrongForm(string assignment, string expected) =>
        Assert.That(Sample.ErrorOf(() => YamlOverlay.Set(Sample.Map("{a: {b: 1}}"), assignment)), Is.EqualTo(expected));

    [Test]
    public void WrongSettingsAreNamedAsTheyWereTyped()
    {
        YamlMap root = YamlOverlay.Set(Sample.Map(Sample.Yaml), "contenders.cmpe.training.epoch=3");
        root = YamlOverlay.Set(root, "simulations.validation=few");
        Assert.That(
            Sample.ErrorOf(() => YamlBinder.Bind<SampleExperiment>(root, Sample.Kinds)),
            Is.EqualTo(
                """
                --set contenders.cmpe.training.epoch=3: contenders.cmpe.training: unknown key 'epoch'; did you mean 'epochs'? Known keys: epochs, learning_rate, schedule, dropout.
                --set simulations.validation=few: simulations.validation: expected an integer from 0 to 5000, got 'few'.
                """
            )
        );
    }

    [Test]
    public void MergingChangesNeitherArgument()
    {
        (YamlMap? first, YamlMap? second) = (Sample.Map("{a: {b: 1}}"), Sample.Map("{a: {b: ~, c: 1}}"));
        YamlOverlay.Merge(first, second);
        Assert.That(YamlWriter.Write(first), Is.EqualTo("a:\n  b: 1\n"));
        Assert.That(YamlWriter.Write(second), Is.EqualTo("a:\n  b: ~\n  c: 1\n"));
    }
}
