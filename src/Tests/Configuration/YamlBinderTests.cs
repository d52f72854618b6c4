using NUnit.Framework;
using Reproduce.Configuration;

namespace Reproduce.Tests.Configuration;

[TestFixture]
public sealed class YamlBinderTests
{
    private const string KnownTraining = "Known keys: epochs, learning_rate, schedule, dropout.";

    [Test]
    public void BindsEveryShapeOfSetting()
    {
        SampleExperiment experiment = Sample.Bind(Sample.Yaml);
        Assert.That(experiment.Name, Is.EqualTo("gmm"));
        Assert.That(experiment.Title, Is.EqualTo("Gaussian mixture: one"));
        Assert.That(experiment.Seed, Is.EqualTo(20L));
        Assert.That(experiment.Device, Is.EqualTo("auto"));
        Assert.That(experiment.Task, Is.EqualTo(new SampleMixture { Dimension = 2, Components = 2 }));
        Assert.That(Sample.Join(experiment.Simulations.Budgets), Is.EqualTo("512 1024"));
        Assert.That(experiment.Simulations.Validation, Is.EqualTo(50));
        Assert.That(Sample.Join(experiment.Contenders.Keys), Is.EqualTo("cmpe fmpe-small"));
        Assert.That(experiment.Contenders["cmpe"], Is.EqualTo(new SampleCmpe
        {
            FinalSteps = 25,
            Training = new SampleTraining { Epochs = 1000, LearningRate = 1e-4 },
        }));
        Assert.That(experiment.Contenders["fmpe-small"], Is.EqualTo(new SampleFmpe
        {
            Training = new SampleTraining { Epochs = 10, Schedule = SampleSchedule.Constant },
        }));
        Assert.That(Sample.Join(experiment.Repeats.Keys), Is.EqualTo("z a"));
        Assert.That(experiment.Steps, Is.EqualTo(new[] { new SampleStep { Count = 1 }, new SampleStep { Count = 10, Timed = true } }));
    }

    [TestCase("epochs: 1000", "epochs: many", "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got 'many'.")]
    [TestCase("epochs: 1000", "epochs: 0", "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got '0'.")]
    [TestCase("epochs: 1000", "epochs: 1,000", "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got '1,000'.")]
    [TestCase("epochs: 1000", "epochs: 1e3", "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got '1e3'.")]
    [TestCase("epochs: 1000", "epochs: '5'",
        "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got the quoted text '5'.")]
    [TestCase("epochs: 1000", "epochs: 99999999999",
        "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got '99999999999'.")]
    [TestCase("epochs: 1000", "epochs: [1]", "(16,15): contenders.cmpe.training.epochs: expected an integer of at least 1, got a list.")]
    [TestCase(
        "epochs: 1000",
        "epoch: 9, epochs: 1",
        "(16,23): not valid YAML: while scanning a plain scalar value, found invalid mapping; the line is 'epoch: 9, epochs: 1'."
    )]
    [TestCase(
        "learning_rate: 1.0e-4",
        "learning_rate: 0",
        "(17,22): contenders.cmpe.training.learning_rate: expected a number greater than 0 and at most 1, got '0'."
    )]
    [TestCase(
        "learning_rate: 1.0e-4",
        "learning_rate: .nan",
        "(17,22): contenders.cmpe.training.learning_rate: expected a number greater than 0 and at most 1, got '.nan'."
    )]
    [TestCase(
        "learning_rate: 1.0e-4",
        "learning_rate: 1e999",
        "(17,22): contenders.cmpe.training.learning_rate: expected a number greater than 0 and at most 1, got '1e999'."
    )]
    [TestCase(
        "learning_rate: 1.0e-4",
        "dropout: 1",
        "(17,16): contenders.cmpe.training.dropout: expected a number of at least 0 and less than 1, got '1'."
    )]
    [TestCase(
        "schedule: constant",
        "schedule: cosine_decoy",
        "(20,39): contenders.fmpe-small.training.schedule: expected one of constant, cosine_decay, got 'cosine_decoy'; did you mean "
            + "'cosine_decay'?"
    )]
    [TestCase(
        "schedule: constant",
        "schedule: Constant",
        "(20,39): contenders.fmpe-small.training.schedule: expected one of constant, cosine_decay, got 'Constant'; did you mean 'constant'?"
    )]
    [TestCase("seed: 20", "device: neural", "(4,9): device: expected one of auto, cpu, cuda, got 'neural'.")]
    [TestCase("seed: 20", "device: cudo", "(4,9): device: expected one of auto, cpu, cuda, got 'cudo'; did you mean 'cuda'?")]
    [TestCase("timed: true", "timed: yes", "(24,25): steps[1].timed: expected true or false, got 'yes'.")]
    [TestCase("name: gmm", "name: ../gmm", "(2,7): name: expected a text of the form [a-z0-9][a-z0-9-]*, got '../gmm'.")]
    [TestCase("name: gmm", "name: ''", "(2,7): name: expected a text of the form [a-z0-9][a-z0-9-]*, got ''.")]
    [TestCase("[512, 1024]", "[512, -1]", "(9,18): simulations.budgets[1]: expected an integer of at least 1, got '-1'.")]
    [TestCase("[512, 1024]", "[512, ~]", "(9,18): simulations.budgets[1]: expected an integer of at least 1, got nothing.")]
    [TestCase("[512, 1024]", "512", "(9,12): simulations.budgets: expected a list (each item an integer of at least 1), got '512'.")]
    [TestCase("[512, 1024]", "[]", "(9,12): simulations.budgets: expected at least 1 item, got 0.")]
    [TestCase("validation: 50", "validation: 5001", "(10,15): simulations.validation: expected an integer from 0 to 5000, got '5001'.")]
    [TestCase("validation: 50", "validation: 513", "(10,15): simulations.validation: expected at most the smallest budget.")]
    [TestCase("kind: gaussian-mixture", "kind: gaussian_mixture",
        "(6,9): task.kind: expected one of gaussian-mixture, two-moons, got 'gaussian_mixture'; did you mean 'gaussian-mixture'?")]
    [TestCase("kind: gaussian-mixture", "kind: [x]", "(6,9): task.kind: expected one of gaussian-mixture, two-moons, got a list.")]
    [TestCase(
        "kind: gaussian-mixture",
        "components: 3",
        "(6,3): task.kind: this key is missing; expected one of gaussian-mixture, two-moons."
    )]
    [TestCase(
        "dimension: 2",
        "radius: 0.1",
        "(7,3): task: the key 'radius' belongs to kind two-moons, not to gaussian-mixture. Known keys: kind, dimension, components."
    )]
    [TestCase(
        "final_steps: 25",
        "layers: 2",
        "(14,5): contenders.cmpe: the key 'layers' belongs to kind fmpe or npse, not to cmpe. Known keys: kind, training, final_steps."
    )]
    [TestCase(
        "final_steps: 25",
        "finalsteps: 2",
        "(14,5): contenders.cmpe: unknown key 'finalsteps'; did you mean 'final_steps'? Known keys: kind, training, final_steps."
    )]
    [TestCase("learning_rate: 1.0e-4", "lr: 1", "(17,7): contenders.cmpe.training: unknown key 'lr'. " + KnownTraining)]
    [TestCase(
        "learning_rate: 1.0e-4",
        "LearningRate: 1",
        "(17,7): contenders.cmpe.training: unknown key 'LearningRate'; did you mean 'learning_rate'? " + KnownTraining
    )]
    [TestCase(
        "fmpe-small:",
        "../small:",
        "(18,3): contenders.../small: expected a name of small letters, digits, '-' and '_' (at most 64, not a device name such as 'con')."
    )]
    [TestCase(
        "fmpe-small:",
        "con:",
        "(18,3): contenders.con: expected a name of small letters, digits, '-' and '_' (at most 64, not a device name such as 'con')."
    )]
    [TestCase("{ z: 1, a: 2 }", "{ z: 1, a: x }", "(21,21): repeats.a: expected an integer, got 'x'.")]
    [TestCase("{ z: 1, a: 2 }", "3", "(21,10): repeats: expected a map, got '3'.")]
    [TestCase("- count: 1\n", "- timed: true\n", "(23,5): steps[0].count: this key is missing; expected an integer.")]
    public void OneMistakeIsOneLine(string part, string replacement, string expected) =>
        Assert.That(Sample.ErrorOf(part, replacement), Is.EqualTo($"experiments/gmm.yaml{expected}"));

    [Test]
    public void AllProblemsAreListedInFileOrder()
    {
        string error = Sample.ErrorOf(() =>
            Sample.Bind(
                """
                nam: x
                simulations: { budgets: [a], valid: 1 }
                task: 5
                """
            )
        );
        Assert.That(
            error,
            Is.EqualTo(
                """
                experiments/gmm.yaml(1,1): unknown key 'nam'; did you mean 'name'? Known keys: name, title, seed, device, task, simulations, contenders, repeats, steps.
                experiments/gmm.yaml(1,1): name: this key is missing; expected a text of the form [a-z0-9][a-z0-9-]*.
                experiments/gmm.yaml(1,1): contenders: this key is missing; expected a map.
                experiments/gmm.yaml(2,26): simulations.budgets[0]: expected an integer of at least 1, got 'a'.
                experiments/gmm.yaml(2,30): simulations: unknown key 'valid'. Known keys: budgets, validation.
                experiments/gmm.yaml(3,7): task: expected a map, got '5'.
                """
            )
        );
    }

    [Test]
    public void NothingKeepsTheDefault()
    {
        SampleExperiment experiment = Sample.Bind(Sample.With("seed: 20", "seed: ~\ndevice:"));
        Assert.That(experiment.Seed, Is.Null);
        Assert.That(experiment.Device, Is.EqualTo("auto"));
    }

    [Test]
    public void LongValuesAreShortened() => Assert.That(
        Sample.ErrorOf("seed: 20", $"seed: {new string('9', 5000)}"),
        Is.EqualTo($"experiments/gmm.yaml(4,7): seed: expected an integer, got '{new string('9', 60)}... (5000 characters)'."));

    [Test]
    public void KindsAreFoundInAlphabeticalOrder()
    {
        Assert.That(Sample.Join(Sample.Kinds.NamesOf<SampleContender>()), Is.EqualTo("cmpe fmpe npse"));
        Assert.That(Sample.Kinds.NameOf(new SampleMoons()), Is.EqualTo("two-moons"));
    }

    [Test]
    public void AForgottenOrForeignKindIsAMistakeInTheProgram()
    {
        Assert.That(
            () => new KindCatalogue().Add<SampleTask>(new Dictionary<string, Type> { ["two-moons"] = typeof(SampleMoons) }),
            Throws.InvalidOperationException.With.Message.EqualTo("SampleMixture and the kinds of SampleTask do not fit together."));
        Assert.That(
            () => new KindCatalogue().Add<SampleTask>(
                new Dictionary<string, Type> { ["a"] = typeof(SampleMoons), ["b"] = typeof(SampleMixture), ["c"] = typeof(SampleNpse) }),
            Throws.InvalidOperationException.With.Message.EqualTo("SampleNpse and the kinds of SampleTask do not fit together."));
    }

    [TestCase("DataSets", "data_sets")]
    [TestCase("C2stFolds", "c2st_folds")]
    [TestCase("MMDDraws", "mmd_draws")]
    [TestCase("Seed", "seed")]
    public void KeysAreSnakeCase(string property, string key) => Assert.That(Names.SnakeCase(property), Is.EqualTo(key));

    [TestCase("epoch", "epochs", 1)]
    [TestCase("sede", "seed", 1)]
    [TestCase("", "abc", 3)]
    [TestCase("kitten", "sitting", 3)]
    public void EditsAreCounted(string first, string second, int edits) =>
        Assert.That(Names.EditDistance(first, second), Is.EqualTo(edits));
}
