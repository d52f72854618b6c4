using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;

namespace Reproduce.Tests.Runner;

/// <summary>What the kinds of contenders say about themselves.</summary>
[Category("Fast")]
public sealed class ContenderKindTests
{
    [Test]
    public void TheKindsAreThePapersInItsOrderAndOurs() =>
        Assert.That(Contenders.Styles.Select(s => s.Name), Is.EqualTo(new[] { "acf", "nsf", "fmpe", "cmpe", "npse", "ect" }));

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

    /// <summary>A label is for readers: no cached result is lost by it, and <c>--keep</c> accepts the numbers of before.</summary>
    [Test]
    public void ALabelChangesWhatIsShownAndNothingElse()
    {
        string file = Path.Combine(Repository.Root, "experiments", "gmm.yaml");
        Experiment plain = Repository.Request(file).Load().Experiment;
        Experiment labelled = Repository.Request(file, settings: ["contenders.cmpe.label=My method, 50 % off"]).Load().Experiment;

        Assert.Multiple(() =>
        {
            Assert.That(ReportStyles.Of(labelled).Setting("cmpe", 10), Is.EqualTo("My method, 50 % off, 10 steps"));
            Assert.That(ReportStyles.Of(plain).Setting("cmpe", 10), Is.EqualTo("CMPE, 10 steps"));
            Assert.That(Folders(labelled), Is.EqualTo(Folders(plain)));
            Assert.That(DecidingSettings.Of(labelled, []), Is.EqualTo(DecidingSettings.Of(plain, [])));
        });

        static string[] Folders(Experiment experiment) =>
            [.. new RunPlan(experiment, "paper", "cache", "cpu").Jobs.Select(j => j.Folder.Hash)];
    }

    /// <summary>Two contenders of one kind in a shipped experiment have names that a reader understands.</summary>
    [TestCase("gmm", "cmpe-shared-mask", "CMPE (shared mask)")]
    [TestCase("gmm", "fmpe-adaptive", "FMPE (adaptive)")]
    [TestCase("kinematics", "npse-stochastic", "NPSE (stochastic)")]
    [TestCase("denoising", "cmpe-unet", "CMPE U-Net")]
    [TestCase("denoising", "fmpe-naive", "FMPE naive")]
    public void TheShippedContendersOfOneKindHaveReadableNames(string experiment, string contender, string label)
    {
        ContenderStyles styles = ReportStyles.Of(
            Repository.Request(Path.Combine(Repository.Root, "experiments", experiment + ".yaml")).Load().Experiment
        );
        Assert.That(styles.Of(contender).Label, Is.EqualTo(label));
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
