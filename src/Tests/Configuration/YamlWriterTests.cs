using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

[TestFixture]
public sealed class YamlWriterTests
{
    [Test]
    public void OneStyleForAllTrees() => Assert.That(YamlWriter.Write(Sample.Map(Sample.Yaml)), Is.EqualTo("""
        name: gmm
        title: "Gaussian mixture: one"
        seed: 20
        task:
          kind: gaussian-mixture
          dimension: 2
        simulations:
          budgets: [512, 1024]
          validation: 50
        contenders:
          cmpe:
            kind: cmpe
            final_steps: 25
            training:
              epochs: 1000
              learning_rate: 1.0e-4
          fmpe-small:
            kind: fmpe
            training:
              epochs: 10
              schedule: constant
        repeats:
          z: 1
          a: 2
        steps:
          -
            count: 1
          -
            count: 10
            timed: true

        """));

    [TestCase("'5'", "\"5\"")]
    [TestCase("5", "5")]
    [TestCase("-1e-4", "-1e-4")]
    [TestCase("'true'", "\"true\"")]
    [TestCase("'plain words'", "plain words")]
    [TestCase("'it: is'", "\"it: is\"")]
    [TestCase("' spaced '", "\" spaced \"")]
    [TestCase("\"a\\nb\\t\\e\"", "\"a\\nb\\t\\U0000001B\"")]
    [TestCase("'~'", "\"~\"")]
    [TestCase("null", "~")]
    [TestCase("cuda:0", "\"cuda:0\"")]
    [TestCase("'say \"hi\" \\ bye'", "\"say \\\"hi\\\" \\\\ bye\"")]
    [TestCase("é\U0001F600", "\"é\U0001F600\"")]
    public void ValuesReadBackAsTheyWere(string yaml, string expected)
    {
        string written = YamlWriter.Write(Sample.Map($"a: {yaml}"));
        var before = (YamlScalar)Sample.Map($"a: {yaml}").Find("a")!.Value;
        var after = (YamlScalar)Sample.Map(written).Find("a")!.Value;
        Assert.That(written, Is.EqualTo($"a: {expected}\n"));
        Assert.That(after.IsNull, Is.EqualTo(before.IsNull));
        if (!before.IsNull)
        {
            Assert.That(after.Text, Is.EqualTo(before.Text));
        }
    }

    /// <summary>Every form in which a number may stand in a file: in quotes it would be a text, which no number is read from.</summary>
    [Test]
    public void NumbersStayNumbers(
        [Values("", "-", "+")] string sign,
        [Values("5", "007", "2147483648", "5.", ".5", "1.5", "1e3", "1E3", "1e+3", "1.0e-4", "1.e-4", ".5e+2")] string digits)
    {
        var before = (YamlScalar)Sample.Map($"a: {sign}{digits}").Find("a")!.Value;
        var after = (YamlScalar)Sample.Map(YamlWriter.Write(Sample.Map($"a: {sign}{digits}"))).Find("a")!.Value;

        Assert.That(ScalarConverter.Convert(before, typeof(double)), Is.Not.Null);
        foreach (Type type in new[] { typeof(int), typeof(long), typeof(double) })
        {
            Assert.That(ScalarConverter.Convert(after, type), Is.EqualTo(ScalarConverter.Convert(before, type)), type.Name);
        }
    }

    [Test]
    public void EmptyAndNestedCollections()
    {
        string written = YamlWriter.Write(Sample.Map("{a: {}, b: [], c: [[1, 2], {d: [x]}], '*': 1}"));
        Assert.That(written, Is.EqualTo("a: {}\nb: []\nc:\n  - [1, 2]\n  -\n    d: [x]\n\"*\": 1\n"));
        Assert.That(YamlWriter.Write(Sample.Map(written)), Is.EqualTo(written));
    }

    [Test]
    public void WrittenSettingsBindToTheSameRecord()
    {
        SampleExperiment again = Sample.Bind(YamlWriter.Write(Sample.Map(Sample.Yaml)));
        Assert.That(CanonicalJson.Write(again, Sample.Kinds), Is.EqualTo(CanonicalJson.Write(Sample.Bind(Sample.Yaml), Sample.Kinds)));
    }

    [Test]
    public void CanonicalJsonIsStable() => Assert.That(CanonicalJson.Write(Sample.Bind(Sample.Yaml), Sample.Kinds), Is.EqualTo("""
        {"contenders":{
        "cmpe":{"final_steps":25,"kind":"cmpe","training":{"epochs":1000,"learning_rate":0.0001,"schedule":"cosine_decay"}},
        "fmpe-small":{"kind":"fmpe","layers":4,"training":{"epochs":10,"learning_rate":0.0005,"schedule":"constant"}}},
        "device":"auto","name":"gmm","repeats":{"a":2,"z":1},"seed":20,"simulations":{"budgets":[512,1024],"validation":50},
        "steps":[{"count":1,"timed":false},{"count":10,"timed":true}],
        "task":{"components":2,"dimension":2,"kind":"gaussian-mixture"},"title":"Gaussian mixture: one"}
        """.ReplaceLineEndings("")));

    [TestCase("kind: cmpe\n    final_steps: 25", "final_steps: 25\n    kind: cmpe", true)]
    [TestCase("learning_rate: 1.0e-4", "learning_rate: 0.0001", true)]
    [TestCase("epochs: 1000", "epochs: 1000\n      schedule: cosine_decay", true)]
    [TestCase("{ z: 1, a: 2 }", "{ a: 2, z: 1 }", true)]
    [TestCase("epochs: 1000", "epochs: 1001", false)]
    [TestCase("[512, 1024]", "[1024, 512]", false)]
    [TestCase("learning_rate: 1.0e-4", "learning_rate: 1.0000000000000002e-4", false)]
    [TestCase("fmpe-small", "fmpe-large", false)]
    [TestCase("kind: fmpe", "kind: npse", false)]
    [TestCase("seed: 20", "seed: ~", false)]
    public void CanonicalJsonChangesWithTheSettingsOnly(string part, string replacement, bool same)
    {
        string changed = CanonicalJson.Write(Sample.Bind(Sample.With(part, replacement)), Sample.Kinds);
        Assert.That(changed == CanonicalJson.Write(Sample.Bind(Sample.Yaml), Sample.Kinds), Is.EqualTo(same));
    }
}
