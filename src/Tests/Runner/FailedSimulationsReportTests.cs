using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Tests.Engines;

namespace Reproduce.Tests.Runner;

/// <summary>What failed and was replaced stands in the report, and in every report that is made of it.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class FailedSimulationsReportTests : TinyRun
{
    [Test]
    public void AReportWithoutItsCacheStillSaysWhatFailed()
    {
        string yaml = Experiment.Replace("budgets: [128], validation: 32", "budgets: [4], validation: 4", StringComparison.Ordinal);
        Folder.File("experiments/tiny.yaml", RefusingSimulator.Put(Path.GetDirectoryName(TinyFile)!, yaml));
        Go("--only", "cmpe", "--out", "results/tiny");
        string[] failed = Failed();

        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true);
        Do("report", "experiments/tiny.yaml");
        string[] again = Failed();
        Go("--set", "simulations.budgets=[2]", "--keep", "--out", "results/tiny");

        Assert.That(failed, Has.Some.Match("^training, simulation [0-9]+: .*(too small|exit code 3)"));
        Assert.That(again, Is.EqualTo(failed));
        Assert.That(Failed(), Is.SupersetOf(failed).And.Unique);

        void Go(params string[] more) => Do(["experiments/tiny.yaml", .. more]);

        void Do(params string[] arguments)
        {
            (int exitCode, string output, string errors) = Repository.Run(Folder.Path, arguments);
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        }
    }

    private string[] Failed() =>
    [
        .. Regex.Matches(File.ReadAllText(Path.Combine(Results, "report.md")), "failed and replaced: (.*)").Select(m => m.Groups[1].Value),
    ];
}
