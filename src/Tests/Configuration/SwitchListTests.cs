using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Inference.Networks;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Configuration;

/// <summary>The switches of the shipped variant, one by one.</summary>
public sealed class SwitchListTests
{
    private static readonly string[] s_experiments = ["gmm", "two_moons", "kinematics"];

    [Test]
    public void EverySettingOfTheVariantIsASwitchOfItsOwn()
    {
        IReadOnlyList<string> switches = SwitchList.Of(Variant("gmm"));
        Assert.That(switches, Is.EqualTo(new[]
        {
            "*:gaussian-mixture.simulator_variance=0.25",
            "*:two-moons.truncate_reference=false",
            "*:deep-set={kind: set-transformer, outputs: 2}",
            "contenders.*:fmpe.flow_matching.loss=log_cosh",
            "contenders.*:fmpe.flow_matching.times_per_simulation=32",
            "contenders.*:fmpe.flow_matching.extra_euler_step=true",
            "contenders.*:fmpe.flow_matching.dropout_while_sampling=true",
            "contenders.*:cmpe.consistency.huber_norm=elementwise",
            "contenders.*:cmpe.consistency.extra_interval=true",
            "contenders.*:cmpe.consistency.validation_advances_curriculum=true",
            "contenders.*:cmpe.consistency.trainable_sigma=true",
            "contenders.*:cmpe.consistency.independent_teacher_dropout=true",
            "contenders.*:cmpe.consistency.dropout_while_sampling=true",
            "contenders.cmpe.network.blocks=3",
        }));
    }

    [TestCase("gmm", 12)]
    [TestCase("two_moons", 10)]
    [TestCase("kinematics", 9)]
    public void OnlySwitchesOfWhatTheExperimentHasApply(string name, int expected)
    {
        YamlMap tree = ExperimentFiles.Load(File(name), null, null, LeftOut(name));
        Assert.That(SwitchList.Of(Variant(name)).Count(s => SwitchList.Applies(s, tree)), Is.EqualTo(expected));
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AllSwitchesTogetherAreTheVariant([ValueSource(nameof(s_experiments))] string name)
    {
        string[] leftOut = LeftOut(name);
        YamlMap tree = ExperimentFiles.Load(File(name), null, null, leftOut);
        string[] switches = [.. SwitchList.Of(Variant(name)).Where(s => SwitchList.Applies(s, tree))];
        string together = YamlWriter.Write(ExperimentFiles.Load(File(name), null, null, [.. switches, .. leftOut]));
        Assert.That(together, Is.EqualTo(YamlWriter.Write(ExperimentFiles.Load(File(name), null, "published-code", []))));
        foreach (string one in switches)
        {
            Assert.That(
                () => YamlBinder.Bind<Experiment>(ExperimentFiles.Load(File(name), null, null, [.. leftOut, one]), SettingKinds.All),
                Throws.Nothing,
                one
            );
        }
    }

    [TestCase("*:gaussian-mixture.simulator_variance=0.25", "gaussian-mixture: simulator_variance 0.25")]
    [TestCase("*:deep-set={kind: set-transformer, outputs: 2}", "deep-set: {kind: set-transformer, outputs: 2}")]
    [TestCase("contenders.*:cmpe.consistency.huber_norm=elementwise", "cmpe: huber_norm elementwise")]
    public void LabelsSayWhoseSwitchItIs(string assignment, string label) =>
        Assert.That(SwitchList.Label(assignment), Is.EqualTo(label));

    private static IReadOnlyList<YamlMap> Variant(string name) =>
        ExperimentFiles.LoadVariant(File(name), "published-code", ExperimentFiles.Load(File(name), null, null, []));

    [Test]
    public void WhatAVariantAddsForOneExperimentIsNoVariantAndHoldsForThatOneOnly()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Blocks("gmm", "cmpe"), Is.EqualTo(3));
            Assert.That(Blocks("gmm", "fmpe"), Is.EqualTo(2));
            Assert.That(Blocks("two_moons", "cmpe"), Is.EqualTo(2));
            Assert.That(() => ExperimentFiles.Load(File("gmm"), null, "published-code.gmm", []), Throws.TypeOf<ConfigurationException>());
        });

        static int Blocks(string name, string contender)
        {
            Experiment experiment = YamlBinder.Bind<Experiment>(
                ExperimentFiles.Load(File(name), null, "published-code", []),
                SettingKinds.All
            );
            return ((ResidualMlpSettings)((FreeFormContenderSettings)experiment.Contenders[contender]).Network).Blocks;
        }
    }

    // The contenders that the scripts do not have.
    private static string[] LeftOut(string name) =>
        [.. SwitchList.LeftOut(Variant(name), ExperimentFiles.Load(File(name), null, null, []))];

    private static string File(string name) => Path.Combine(Repository.Root, "experiments", name + ".yaml");
}
