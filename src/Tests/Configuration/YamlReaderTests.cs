using System.Text;
using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

[TestFixture]
public sealed class YamlReaderTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("yaml-reader-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void EveryNodeKnowsItsPlace()
    {
        YamlMap root = Sample.Map("a: 1\nb:\n  - x\n  - {c: 'two'}\n");
        var list = (YamlSequence)root.Find("b")!.Value;
        YamlEntry inner = ((YamlMap)list.Items[1]).Find("c")!;
        Assert.That(root.Position.ToString(), Is.EqualTo("experiments/gmm.yaml(1,1)"));
        Assert.That(list.Position.ToString(), Is.EqualTo("experiments/gmm.yaml(3,3)"));
        Assert.That(inner.KeyPosition.ToString(), Is.EqualTo("experiments/gmm.yaml(4,6)"));
        Assert.That(inner.Value.Position.ToString(), Is.EqualTo("experiments/gmm.yaml(4,9)"));
        Assert.That(((YamlScalar)inner.Value).IsQuoted, Is.True);
    }

    [TestCase("a: &x 1", "f.yaml(1,4): anchors ('&name') are not supported; put quotes around a text that starts with '&'.")]
    [TestCase(
        "a: 1\nb: *x",
        "f.yaml(2,4): aliases ('*name') are not supported; write the value out, or put quotes around a text that starts with '*'."
    )]
    [TestCase("a: !!int 1", "f.yaml(1,4): tags ('!name') are not supported; put quotes around a text that starts with '!'.")]
    [TestCase("a: 1\n---\nb: 2", "f.yaml(2,1): a second document starts here; expected one document in a file.")]
    [TestCase("a: 1\nb: 2\na: 3", "f.yaml(3,1): the key 'a' is given twice; it stands in line 1 already.")]
    [TestCase("", "f.yaml: nothing is written here; expected settings.")]
    [TestCase("# only a comment\n", "f.yaml: nothing is written here; expected settings.")]
    [TestCase("a: \"x\\0y\"", "f.yaml(1,4): a NUL character is not allowed.")]
    [TestCase("a: x\0y", "f.yaml(1,5): a NUL character is not allowed.")]
    [TestCase("a: 1\nb: \u001b[31m", "f.yaml(2,4): the control character U+001B is not allowed.")]
    [TestCase("[a, b]: 1", "f.yaml(1,1): a key must be a name, not a map or a list.")]
    [TestCase(": 1", "f.yaml(1,1): a key is missing before ':'.")]
    public void RefusesWhatIsNotPlain(string yaml, string expected) =>
        Assert.That(Sample.ErrorOf(() => YamlReader.Parse(yaml, "f.yaml")), Is.EqualTo(expected));

    [TestCase(
        "a: [1, 2\nb: 3",
        "f.yaml(2,1): not valid YAML: found something that does not fit here; perhaps ']' or '}' is missing before it; the line is 'b: 3'."
    )]
    [TestCase("a:\n\tb: 3", "f.yaml(2,1): a tab indents this line; YAML is indented by spaces only.")]
    [TestCase("a: 1\n b: 2",
        "f.yaml(2,3): not valid YAML: while scanning a plain scalar value, found invalid mapping; the line is 'b: 2'.")]
    [TestCase("a: \"\\UFFFFFFFF\"",
        "f.yaml(1,15): not valid YAML: found an escape that is no character; the line is 'a: \"\\UFFFFFFFF\"'.")]
    [TestCase("a: 'open",
        "f.yaml(1,4): not valid YAML: while scanning a quoted scalar, found unexpected end of stream; the line is 'a: 'open'.")]
    [TestCase("a: [1",
        "f.yaml(2,1): not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'; this is the end of the text.")]
    public void SyntaxErrorsSayWhereAndWhat(string yaml, string expected) =>
        Assert.That(Sample.ErrorOf(() => YamlReader.Parse(yaml, "f.yaml")), Is.EqualTo(expected));

    [Test]
    public void NestingIsBounded()
    {
        string atLimit = new string('[', YamlReader.MaximumDepth) + new string(']', YamlReader.MaximumDepth);
        Assert.That(() => YamlReader.Parse(atLimit, "f.yaml"), Throws.Nothing);
        Assert.That(
            Sample.ErrorOf(() => YamlReader.Parse($"[{atLimit}]", "f.yaml")),
            Is.EqualTo("f.yaml(1,33): nested deeper than 32 levels.")
        );
    }

    [Test]
    public void LongKeysAreRefused() => Assert.That(
        Sample.ErrorOf(() => YamlReader.Parse($"? {new string('k', 129)}\n: 1", "f.yaml")),
        Is.EqualTo("f.yaml(1,3): a key of 129 characters; at most 128 are allowed."));

    [Test]
    public void MissingFilesNameTheirNeighbours()
    {
        Assert.That(LoadError("gmm.yaml"), Is.EqualTo("gmm.yaml: file not found; its folder holds no .yaml files."));
        Write("gmm.yaml", "a: 1"u8);
        Write("two-moons.yaml", "a: 1"u8);
        Assert.That(LoadError("gm.yaml"), Is.EqualTo("gm.yaml: file not found; did you mean 'gmm.yaml'?"));
        Assert.That(LoadError("other.yaml"), Is.EqualTo("other.yaml: file not found. Its folder holds: gmm.yaml, two-moons.yaml."));
        Assert.That(LoadError("no/gmm.yaml"), Is.EqualTo("no/gmm.yaml: file not found; its folder does not exist either."));
        Assert.That(LoadError(""), Is.EqualTo(": expected a file, got a folder."));
    }

    [Test]
    public void EncodingsOtherThanUtf8AreRefused()
    {
        Write("latin1.yaml", [.. "a: 1\nb: "u8, 0xE9]);
        Write("utf16.yaml", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("a: 1")]);
        Assert.That(LoadError("latin1.yaml"), Is.EqualTo("latin1.yaml(2,4): the byte 0xE9 is not UTF-8; save the file as UTF-8."));
        Assert.That(LoadError("utf16.yaml"), Is.EqualTo("utf16.yaml: the file is UTF-16; save it as UTF-8."));
    }

    [Test]
    public void ByteOrderMarksAndWindowsLineEndsAreFine()
    {
        Write("bom.yaml", [.. Encoding.UTF8.Preamble, .. "a: é\r\nb: 2\r\n"u8]);
        YamlMap root = YamlReader.Load(Path.Combine(_folder, "bom.yaml"));
        Assert.That(
            root.Entries.Select(entry => (entry.Key, ((YamlScalar)entry.Value).Text)),
            Is.EqualTo(new[] { ("a", "é"), ("b", "2") })
        );
        Assert.That(root.Find("b")!.KeyPosition.Line, Is.EqualTo(2));
    }

    [Test]
    public void LargeFilesAreRefused()
    {
        Write("large.yaml", Encoding.UTF8.GetBytes("a: " + new string('x', YamlReader.MaximumBytes)));
        Assert.That(LoadError("large.yaml"), Is.EqualTo("large.yaml: the file is larger than 1 MiB, the most a configuration may have."));
    }

    [Test]
    public void TheRootMustBeAMap()
    {
        Write("list.yaml", "- 1"u8);
        Assert.That(LoadError("list.yaml"), Is.EqualTo("list.yaml(1,1): expected a map of settings, got a list."));
    }

    [Test]
    public void ProblemsAreOneLineWhateverTheNames() => Assert.That(
        new ConfigurationException("a\nb\u001b[2J\u202Ec").Problems.Single(), Is.EqualTo(@"a\u000Ab\u001B[2J\u202Ec"));

    [Test]
    public void LongListsOfProblemsAreCounted()
    {
        IReadOnlyList<string> problems = new ConfigurationException([.. Enumerable.Range(0, 60).Select(i => $"p{i}")]).Problems;
        Assert.That(problems, Has.Count.EqualTo(51));
        Assert.That(problems[^1], Is.EqualTo("... and 10 more problems."));
    }

    private void Write(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path.Combine(_folder, name), bytes);

    private string LoadError(string name) => Sample.ErrorOf(() => YamlReader.Load(Path.Combine(_folder, name), name));
}
