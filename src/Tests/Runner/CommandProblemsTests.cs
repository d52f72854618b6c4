using System.CommandLine;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Configuration;

namespace Reproduce.Tests.Runner;

/// <summary>A command line that cannot be meant is answered with what was probably meant; help is what one types.</summary>
[NonParallelizable]
public sealed class CommandProblemsTests
{
    private string _before = null!;

    /// <summary>Names of experiments and profiles are those of the working folder.</summary>
    [OneTimeSetUp]
    public void WorkInTheCheckout()
    {
        _before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = Repository.Root;
    }

    [OneTimeTearDown]
    public void GoBack() => Environment.CurrentDirectory = _before;

    [TestCase("figurs experiments/gmm.yaml", "figurs: there is no such verb; did you mean 'figures'?")]
    [TestCase("gmm", "gmm: expected an experiment file; did you mean 'experiments/gmm.yaml'?")]
    [TestCase("two_mons", "two_mons: expected an experiment file; did you mean 'experiments/two_moons.yaml'?")]
    [TestCase("run experiments/gmm.yaml", "run: a run has no verb; give the experiment file alone")]
    [TestCase("nonsense", "nonsense: expected an experiment file, such as experiments/gmm.yaml, or a verb: list, switches")]
    [TestCase("experiments/gmm.yaml --dry-rum", "--dry-rum: there is no such option; did you mean '--dry-run'?")]
    [TestCase("density experiments/gmm.yaml --only acf", "--only: 'density' has no such option; these have: a run, 'submit'.")]
    [TestCase("experiments/gmm.yaml --data-sets 2", "--data-sets: a run has no such option; these have: 'density'.")]
    [TestCase("experiments/gmm.yaml --nonsense", "--nonsense: there is no such option.")]
    [TestCase("experiments/gmm.yaml other", "other: nothing is expected here.")]
    [TestCase("experiments/gmm.yaml figures experiments/two_moons.yaml", "expected nothing before the verb 'figures'")]
    [TestCase("experiments/gmm.yaml --jobs 0", "--jobs: expected a whole number of at least 1.")]
    [TestCase("density experiments/gmm.yaml --chain 0", "--chain: expected a whole number of at least 1.")]
    public void ASentenceSaysWhatWasMeant(string line, string expected) => Assert.That(
        () => CommandProblems.Check(Commands.Create().Parse(line)),
        Throws.TypeOf<ConfigurationException>().With.Message.Contains(expected));

    [TestCase("experiments/gmm.yaml --dry-run --jobs 2")]
    [TestCase("figures experiments/gmm.yaml experiments/two_moons.yaml")]
    [TestCase("switches experiments/gmm.yaml --variant published-code")]
    [TestCase("cache clean --unused")]
    public void WhatCanBeMeantIsTaken(string line) =>
        Assert.That(() => CommandProblems.Check(Commands.Create().Parse(line)), Throws.Nothing);

    [TestCase("--help", " <experiment> [options]")]
    [TestCase("--help", " <verb> ...")]
    [TestCase("figures --help", "figures <experiments>... [options]")]
    [TestCase("cache clean --help", "cache clean [options]")]
    public void TheUsageIsWhatOneTypes(string line, string expected)
    {
        string help = Help(line);

        Assert.That(help, Does.Contain(expected));
        Assert.That(help, Does.Not.Contain("<experiment> figures").And.Not.Contain("<experiment> cache"));
    }

    [Test]
    public void TheHelpNamesEveryProfile() => Assert.That(
        Repository.Names("profiles"), Is.All.Matches<string>(name => Help("--help").Contains(name!, StringComparison.Ordinal)));

    /// <summary>The page of the program names every verb and every option of a run.</summary>
    [Test]
    public void ThePageNamesEveryVerbAndOption()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "src", "Runner", "README.md"));
        RootCommand root = Commands.Create();
        string[] options = [.. root.Options.Where(o => o is not (VersionOption or System.CommandLine.Help.HelpOption)).Select(o => o.Name)];

        Assert.That(root.Subcommands.Where(c => !c.Hidden).Select(c => $"`{c.Name}"), Is.All.Matches<string>(IsThere));
        Assert.That(options.Where(o => o != "--verbose").Select(o => $"`{o}"), Is.All.Matches<string>(IsThere));

        bool IsThere(string? name) => page.Contains(name!, StringComparison.Ordinal);
    }

    [Test]
    public void AnOptionIsBlamedForAFileThatFittedBefore() => Assert.That(
        () => Repository.Request("experiments/gmm.yaml", settings: "simulations.budgets=[512]").Load(),
        Throws.TypeOf<ConfigurationException>().With.Message.StartsWith("--set simulations.budgets=[512]: simulations")
            .And.Message.Contains("That stands in experiments/gmm.yaml(20,3): set it too."));

    [Test]
    public void AProfileOfAnotherExperimentIsRefused() => Assert.That(
        () => Repository.Request("experiments/gmm.yaml", "tumor-two-hours").Load(),
        Throws.TypeOf<ConfigurationException>().With.Message.EqualTo("--profile tumor-two-hours: this one is for tumor, got 'gmm'."));

    [Test]
    public void RunsWithOtherSettingsHaveOtherFolders()
    {
        Experiment experiment = Repository.Request("experiments/gmm.yaml").Load().Experiment;
        RunRequest[] requests =
        [
            Repository.Request("experiments/gmm.yaml", "smoke", null, "seed=1"),
            Repository.Request("experiments/gmm.yaml", "smoke", null, "seed=2"),
            Repository.Request("experiments/gmm.yaml", "smoke"),
            Repository.Request("experiments/gmm.yaml", "smoke") with { Only = ["acf"] },
            Repository.Request("experiments/gmm.yaml", "smoke") with { Only = ["nsf"] },
        ];

        string[] folders = [.. requests.Select(r => r.OutputFolder(experiment))];

        Assert.That(folders, Is.Unique);
        Assert.That(folders.Select(Path.GetFileName), Is.All.StartsWith("gmm-smoke"));
    }

    private static string Help(string line)
    {
        using StringWriter text = new();
        Commands.Create().Parse(line).Invoke(new InvocationConfiguration { Output = text });
        return text.ToString();
    }
}
