using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

[TestFixture]
public sealed class ExperimentFilesTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("experiment-files-").FullName;
        Write("experiments/gmm.yaml", """
            name: gmm
            task: { kind: two-moons }
            simulations: { budgets: [512] }
            contenders:
              cmpe: { extends: cmpe, training: { epochs: 5 } }
              other: { kind: fmpe, training: { epochs: 7 } }
            """);
        Write("configs/contenders/cmpe.yaml", """
            kind: cmpe
            final_steps: 30
            training: { epochs: 1000, learning_rate: 1e-4 }
            """);
        Write("configs/profiles/smoke.yaml", """
            simulations: { budgets: [100] }
            contenders:
              "*": { training: { epochs: 2 } }
              "*:cmpe": { final_steps: 3 }
              npse: { training: { epochs: 4 } }
              other: { layers: 1 }
            """);
        Write("configs/profiles/nightly.yaml", "simulations: { validation: 20 }");
        Write("configs/variants/published-code.yaml", "contenders: { cmpe: { training: { learning_rate: 1e-3 } } }");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void SharedContendersLieBelowTheExperiment()
    {
        var cmpe = (SampleCmpe)Bind(null, null).Contenders["cmpe"];
        Assert.That(cmpe, Is.EqualTo(new SampleCmpe { FinalSteps = 30, Training = new() { Epochs = 5, LearningRate = 1e-4 } }));
    }

    [Test]
    public void ProfileVariantAndSettingsLieAboveInThatOrder()
    {
        SampleExperiment experiment = Bind("smoke", "published-code", "contenders.cmpe.final_steps=4", "contenders.cmpe.final_steps=9");
        Assert.That(Sample.Join(experiment.Simulations.Budgets), Is.EqualTo("100"));
        Assert.That(Sample.Join(experiment.Contenders.Keys), Is.EqualTo("cmpe other"));
        Assert.That(experiment.Contenders["cmpe"], Is.EqualTo(new SampleCmpe
        {
            FinalSteps = 9,
            Training = new() { Epochs = 2, LearningRate = 1e-3 },
        }));
        Assert.That(experiment.Contenders["other"], Is.EqualTo(new SampleFmpe { Layers = 1, Training = new() { Epochs = 2 } }));
    }

    [Test]
    public void ErrorsNameTheFileTheyComeFrom()
    {
        Write("configs/profiles/smoke.yaml", "simulatons: { budgets: [100] }\ncontenders: { '*': { training: { epochs: none } } }");
        Assert.That(
            Sample.ErrorOf(() => Bind("smoke", null)),
            Is.EqualTo(
                """
                configs/profiles/smoke.yaml(1,1): unknown key 'simulatons'; did you mean 'simulations'? Known keys: name, title, seed, device, task, simulations, contenders, repeats, steps.
                configs/profiles/smoke.yaml(2,42): contenders.cmpe.training.epochs: expected an integer of at least 1, got 'none'.
                configs/profiles/smoke.yaml(2,42): contenders.other.training.epochs: expected an integer of at least 1, got 'none'.
                """
            )
        );
    }

    [TestCase("smok", null, "--profile smok: configs/profiles holds no 'smok'; did you mean 'smoke'? Available: nightly, smoke.")]
    [TestCase("../variants/published-code", null,
        "--profile ../variants/published-code: configs/profiles holds no '../variants/published-code'. Available: nightly, smoke.")]
    [TestCase(null, "theirs", "--variant theirs: configs/variants holds no 'theirs'. Available: published-code.")]
    public void UnknownNamesListTheKnownOnes(string? profile, string? variant, string expected) =>
        Assert.That(Sample.ErrorOf(() => Bind(profile, variant)), Is.EqualTo(expected));

    [TestCase(
        "cmep",
        "experiments/gmm.yaml(1,31): contenders.cmpe.extends: configs/contenders holds no 'cmep'; did you mean 'cmpe'? Available: cmpe."
    )]
    [TestCase("[a]", "experiments/gmm.yaml(1,31): contenders.cmpe.extends: expected the name of a shared contender, got a list.")]
    public void UnknownSharedContenders(string name, string expected)
    {
        Write("experiments/gmm.yaml", $"contenders: {{ cmpe: {{extends: {name} }} }}");
        Assert.That(Sample.ErrorOf(() => Bind(null, null)), Is.EqualTo(expected));
    }

    [Test]
    public void SharedContendersDoNotExtendOthers()
    {
        Write("configs/contenders/cmpe.yaml", "kind: cmpe\nextends: base");
        Assert.That(
            Sample.ErrorOf(() => Bind(null, null)),
            Is.EqualTo("configs/contenders/cmpe.yaml(2,1): a shared contender cannot extend another; write its settings out."));
    }

    [Test]
    public void OverlaysDoNotExtend() => Assert.That(
        Sample.ErrorOf(() => Bind(null, null, "contenders.other.extends=cmpe")),
        Is.EqualTo("--set contenders.other.extends=cmpe: extends: only the experiment file may say what a contender extends."));

    [Test]
    public void MisspeltKindsOfWildcardsAreSeen()
    {
        Write("configs/profiles/smoke.yaml", "contenders: { '*:cmep': { final_steps: 3 } }");
        string error = Sample.ErrorOf(() => ExperimentFiles.Load(
            "experiments/gmm.yaml", "smoke", null, [], _folder, Sample.Kinds.NamesOf<SampleContender>()));
        Assert.That(error, Is.EqualTo(
            "configs/profiles/smoke.yaml(1,15): contenders: no kind is called 'cmep'; did you mean 'cmpe'? Kinds: cmpe, fmpe, npse."));
    }

    [Test]
    public void TheSharedFolderMayStandInTheWorkingFolder()
    {
        Write("elsewhere/deep/mine.yaml", File.ReadAllText(Path.Combine(_folder, "experiments/gmm.yaml")));
        YamlMap root = ExperimentFiles.Load("elsewhere/deep/mine.yaml", "smoke", null, [], _folder);
        Assert.That(Sample.Join(YamlBinder.Bind<SampleExperiment>(root, Sample.Kinds).Simulations.Budgets), Is.EqualTo("100"));
    }

    [Test]
    public void AMissingSharedFolderSaysWhereItWasSought()
    {
        Directory.Delete(Path.Combine(_folder, "configs"), recursive: true);
        string there = Path.Combine(_folder, "elsewhere");
        Directory.CreateDirectory(there);
        string file = Path.Combine(_folder, "experiments", "gmm.yaml");
        Assert.That(
            Sample.ErrorOf(() => ExperimentFiles.Load(file, null, null, [], there)),
            Is.EqualTo(
                $"{file}: the folder 'configs' of shared settings was not found; looked for {Path.Combine(_folder, "configs")} and "
                    + $"{Path.Combine(there, "configs")}."
            )
        );
    }

    [Test]
    public void AnExperimentAloneNeedsNoSharedFolder()
    {
        Directory.Delete(Path.Combine(_folder, "configs"), recursive: true);
        Write("experiments/gmm.yaml", Sample.Yaml);
        Assert.That(Bind(null, null).Name, Is.EqualTo("gmm"));
    }

    [TestCase("experiments/gm.yaml", "experiments/gm.yaml: file not found; did you mean 'experiments/gmm.yaml'?")]
    [TestCase("experiments", "experiments: expected a file, got a folder.")]
    [TestCase(" ", "expected the path of an experiment file, got ' '.")]
    [TestCase("a\0b", "expected the path of an experiment file, got 'a\\u0000b'.")]
    public void WrongPaths(string path, string expected) =>
        Assert.That(Sample.ErrorOf(() => ExperimentFiles.Load(path, null, null, [], _folder)), Is.EqualTo(expected));

    private SampleExperiment Bind(string? profile, string? variant, params string[] sets) =>
        YamlBinder.Bind<SampleExperiment>(ExperimentFiles.Load("experiments/gmm.yaml", profile, variant, sets, _folder), Sample.Kinds);

    private void Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
