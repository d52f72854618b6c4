using NUnit.Framework;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Tests.Runner;

/// <summary>A job's folder depends on what decides its result, on all of it, and on nothing else.</summary>
public sealed class RunPlanTests
{
    private static string Gmm => Path.Combine(Repository.Root, "experiments", "gmm.yaml");

    [Test]
    public void EveryJobHasAFolderOfItsOwn()
    {
        // Two contenders are other samplers of another's training, whose folder theirs is.
        RunPlan plan = Plan(
            "simulations.budgets=[512, 1024]", "simulations.full_sweep=~", "replicates=2", "budget_replicates=~",
            "contenders.fmpe-adaptive=~", "contenders.npse-stochastic=~");
        string[] hashes = [.. Hashes(plan).Values];

        Assert.That(hashes, Is.Unique);
        int steps = 1 + 1 + 12 + 11 + 11 + 7 + 7, ofReplicates = 1 + 1 + 3 + 8 + 8 + 2 + 7;
        Assert.That(hashes, Has.Length.EqualTo(3 + 1 + (7 * 2 * 2) + (2 * 2 * (steps + ofReplicates)) + 1));
    }

    [Test]
    public void AReplicateIsAWholeRepetition()
    {
        RunPlan plan = Plan("simulations.budgets=[512, 1024]", "simulations.full_sweep=~", "budget_replicates={512: 3, 1024: 2}");
        RunPlan single = Plan("simulations.budgets=[512, 1024]", "simulations.full_sweep=~", "budget_replicates=~");

        Assert.Multiple(() =>
        {
            Assert.That(plan.Simulations.Select(s => (s.Replicate, s.Pool)), Is.EqualTo(new[] { (0, 1024), (1, 1024), (2, 512) }));
            Assert.That(plan.Simulations.Select(s => s.Folder.Hash), Is.Unique);
            Assert.That(plan.Trainings.Count(t => t.Contender == "acf" && t.Budget == 512), Is.EqualTo(3));
            Assert.That(
                plan.Trainings.Where(t => t.Replicate == 0).Select(t => t.Folder.Hash),
                Is.EqualTo(single.Trainings.Select(t => t.Folder.Hash))
            );
            Assert.That(plan.Trainings.Where(t => t.Replicate == 2).Select(t => t.Simulate), Is.All.SameAs(plan.Simulations[2]));
            Assert.That(
                plan.TestSet.Folder.Hash,
                Is.EqualTo(single.TestSet.Folder.Hash),
                "all replicates are tested on the same data sets"
            );
        });
    }

    [Test]
    public void ContendersOfOneStreamAndOneTrainingShareIt()
    {
        const string Mask = "contenders.cmpe.consistency.independent_teacher_dropout=false";
        RunPlan shared = Plan(Mask);

        Assert.Multiple(() =>
        {
            Assert.That(Folder(shared, "cmpe"), Is.EqualTo(Folder(shared, "cmpe-shared-mask")));
            Assert.That(
                Folder(Plan(Mask, "contenders.cmpe-shared-mask.stream=~"), "cmpe-shared-mask"),
                Is.Not.EqualTo(Folder(shared, "cmpe"))
            );
            Assert.That(Folder(Plan(), "cmpe"), Is.Not.EqualTo(Folder(shared, "cmpe")));
        });

        static string Folder(RunPlan plan, string contender) => plan.Trainings.First(t => t.Contender == contender).Folder.Hash;
    }

    [TestCase("gmm")]
    [TestCase("two_moons")]
    [TestCase("kinematics")]
    public void AnotherSamplerOfAContenderTakesItsTraining(string experiment)
    {
        string file = Path.Combine(Repository.Root, "experiments", experiment + ".yaml");
        RunPlan plan = new(Repository.Request(file).Load().Experiment, "paper", "cache", "cpu");

        Assert.That(Folders("fmpe-adaptive"), Is.EqualTo(Folders("fmpe")));
        Assert.That(Folders("npse-stochastic"), Is.EqualTo(Folders("npse")));

        string[] Folders(string contender) => [.. plan.Trainings.Where(t => t.Contender == contender).Select(t => t.Folder.Hash)];
    }

    [TestCase("contenders.cmpe.training.epochs=7", "cmpe")]
    [TestCase("contenders.cmpe.consistency.huber_norm=elementwise", "cmpe")]
    [TestCase("contenders.fmpe.flow_matching.loss=log_cosh", "fmpe")]
    [TestCase("contenders.nsf.flow.bins=8", "nsf")]
    public void ASettingOfOneContenderChangesItsJobsOnly(string setting, string contender)
    {
        string[] changed = Changed(Plan(), Plan(setting));

        Assert.That(changed, Is.Not.Empty);
        Assert.That(changed.Where(label => !label.Contains($" {contender},", StringComparison.Ordinal)), Is.Empty);
        Assert.That(changed.Any(label => label.StartsWith("train", StringComparison.Ordinal)), Is.True);
    }

    [TestCase("contenders.cmpe.consistency.dropout_while_sampling=true")]
    [TestCase("contenders.fmpe.flow_matching.extra_euler_step=true")]
    [TestCase("contenders.fmpe.flow_matching.dropout_while_sampling=true")]
    [TestCase("sampling.repeats=2")]
    public void ASettingOfTheSamplerLeavesTrainings(string setting)
    {
        string[] changed = Changed(Plan(), Plan(setting));

        Assert.That(changed, Is.Not.Empty);
        Assert.That(changed.Where(label => label.StartsWith("train", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void TheReferencesSettingLeavesSimulationsTrainingsAndDraws()
    {
        string[] changed = Changed(Plan(), Plan("task.reference_variance=0.3"));

        Assert.That(changed.Select(label => label.Split(' ')[0]).Distinct(), Is.EquivalentTo(new[] { "reference", "score" }));
    }

    [TestCase("seed=2")]
    [TestCase("task.simulator_variance=0.25")]
    public void AnotherSeedOrSimulatorChangesEverything(string setting) =>
        Assert.That(Changed(Plan(), Plan(setting)), Has.Length.EqualTo(Hashes(Plan()).Count));

    [Test]
    public void FiguresAndTitlesChangeNoJob() =>
        Assert.That(Changed(Plan(), Plan("title=Another", "figures.scatter_data_sets=[5]", "contenders.cmpe.figure_steps=20")), Is.Empty);

    [Test]
    public void RemovingAContenderChangesNoOther()
    {
        (_, Experiment experiment) = Repository.Request(Gmm).Load();
        Experiment without = experiment with { Contenders = experiment.Contenders.Where(c => c.Key != "acf").ToDictionary() };
        Dictionary<string, string> all = Hashes(new RunPlan(experiment, "paper", "cache", "cpu"));

        Dictionary<string, string> rest = Hashes(new RunPlan(without, "paper", "cache", "cpu"));

        Assert.That(rest.Where(p => all[p.Key] != p.Value), Is.Empty);
        Assert.That(all.Keys.Except(rest.Keys).All(label => label.Contains("acf", StringComparison.Ordinal)), Is.True);
    }

    private static RunPlan Plan(params string[] settings)
    {
        (_, Experiment experiment) = Repository.Request(Gmm, null, null, settings).Load();
        return new RunPlan(experiment, "paper", "cache", "cpu");
    }

    private static string[] Changed(RunPlan before, RunPlan after)
    {
        Dictionary<string, string> first = Hashes(before);
        return [.. Hashes(after).Where(p => first[p.Key] != p.Value).Select(p => p.Key)];
    }

    private static Dictionary<string, string> Hashes(RunPlan plan) =>
        plan.Jobs.Select(j => j.Folder).ToDictionary(f => $"{f.Stage} {f.Label}", f => f.Hash);
}
