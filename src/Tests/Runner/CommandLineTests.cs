using NUnit.Framework;
using Reproduce.Runner;

namespace Reproduce.Tests.Runner;

/// <summary>Bad input ends with exit code 2 and one line that says where and what, through the real command line.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class CommandLineTests
{
    private const string Minimal = """
        name: tiny
        title: Tiny
        task: {kind: gaussian-mixture}
        simulations: {budgets: [64], validation: 32}
        test: {data_sets: 2, draws: 100}
        summary: {kind: deep-set, outputs: 2}
        contenders:
          acf:
            kind: acf
            training: {epochs: 1, batch_size: 32, learning_rate: 1.0e-3}
        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _folder.File("configs/profiles/smoke.yaml", "replicates: 1\n");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(
        "epochs: 1",
        "epoch: 1",
        "experiments/tiny.yaml(10,16): contenders.acf.training: unknown key 'epoch'; did you mean 'epochs'?"
    )]
    [TestCase("draws: 100", "draws: many", "experiments/tiny.yaml(5,29): test.draws: expected an integer")]
    [TestCase("draws: 100", "draws: -3", "experiments/tiny.yaml(5,29): test.draws: expected an integer")]
    [TestCase("kind: acf", "kind: affine", "experiments/tiny.yaml(9,11): contenders.acf.kind: ")]
    [TestCase("title: Tiny", "title: [", "experiments/tiny.yaml(")]
    [TestCase("title: Tiny\n", "", "title")]
    [TestCase("name: tiny", "name: tiny\nname: tiny", "experiments/tiny.yaml(2,1): ")]
    [TestCase("name: tiny", "name: tiny\ndevice: gpu", "expected auto, cpu, cuda or cuda:N, got 'gpu'")]
    public void AWrongFileIsNamedWithLineAndColumn(string found, string replacement, string expected)
    {
        _folder.File("experiments/tiny.yaml", Minimal.ReplaceLineEndings("\n").Replace(found, replacement, StringComparison.Ordinal));

        (int exitCode, string output, string errors) = Repository.Run(_folder.Path, "experiments/tiny.yaml");

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration), errors + output);
            Assert.That(errors.TrimEnd().Split('\n')[0], Does.Contain(expected));
            Assert.That(errors, Does.Not.Contain("   at "), "no stack trace");
            Assert.That(Directory.Exists(Path.Combine(_folder.Path, "results")), Is.False, "nothing was computed");
        });
    }

    [TestCase("experiments/tinny.yaml", "tiny.yaml")]
    [TestCase("experiments/tiny.yaml|--profile|smok", "smoke")]
    [TestCase("experiments/tiny.yaml|--set|test.drawz=5", "draws")]
    [TestCase("experiments/tiny.yaml|--variant|nothing", "nothing")]
    [TestCase("experiments/tiny.yaml|--only|acf|nsf", "--only: there is no contender 'nsf'; the contenders are acf")]
    public void AWrongNameIsAnsweredWithTheNearest(string arguments, string expected)
    {
        _folder.File("experiments/tiny.yaml", Minimal);

        (int exitCode, _, string errors) = Repository.Run(_folder.Path, arguments.Split('|'));

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
            Assert.That(errors, Does.Contain(expected).And.Not.Contain("   at "));
        });
    }

    [Test]
    public void ADryRunComputesNothing()
    {
        _folder.File("experiments/tiny.yaml", Minimal);

        (int exitCode, string output, string errors) = Repository.Run(_folder.Path, "experiments/tiny.yaml", "--dry-run");

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), errors);
            Assert.That(output, Does.Contain("acf, 64 simulations"));
            Assert.That(Directory.Exists(Path.Combine(_folder.Path, "results")), Is.False);
        });
    }

    [Test]
    public void AnUnknownOptionIsRefused()
    {
        (int exitCode, _, string errors) = Repository.Run(_folder.Path, "x.yaml", "--dry-rum");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.StartWith("--dry-rum: there is no such option; did you mean '--dry-run'?").And.Contain("--help"));
    }
}
