using NUnit.Framework;
using Reproduce.Runner.Configuration;

namespace Reproduce.Tests.Faults;

/// <summary>Every setting of the shipped experiments at its limits: refused at once by name, or run to a report.</summary>
public sealed class LimitTests
{
    private const int Subject = 11;
    private static readonly string[] s_experiments = ["gmm", "two_moons", "kinematics", "tumor", "denoising"];

    // What only a training can find out: the report shows a hole with the reason.
    private static readonly string[] s_holes = ["loss became", "gradient became", "infinite or not a number"];

    [TestCase("simulations.budgets=[24, 24]", "simulations.budgets: budgets: expected no item twice")]
    [TestCase("simulations.budgets=[]", "simulations.budgets: expected at least 1 item")]
    [TestCase("simulations.full_sweep=[24, 24]", "full_sweep: expected no item twice")]
    [TestCase("contenders.cmpe.steps=[1, 1]", "steps: expected no item twice")]
    [TestCase("contenders.cmpe.budget_steps=[2, 2]", "budget_steps: expected no item twice")]
    [TestCase(
        "contenders.cmpe.batch_sizes=[{budget: 24, batch_size: 2}, {budget: 24, batch_size: 4}]",
        "batch_sizes: expected no item twice")]
    [TestCase("figures.scatter_data_sets=[1, 1]", "scatter_data_sets: expected no item twice")]
    [TestCase("scores.c2st.folds=1", "folds of 0 for one split, or at least 2")]
    [TestCase("scores.c2st.folds=49", "scores.c2st.folds: expected at most twice test.draws (24), got 49")]
    [TestCase("contenders.acf.figure_steps=2", "contenders.acf.figure_steps: expected 1, as a flow has one pass, got 2")]
    [TestCase("contenders.acf.training.patience=5", "contenders.acf.training.patience: expected 'held_out' beside it")]
    [TestCase("contenders.cmpe.training.held_out=0.1", "contenders.cmpe.training.held_out: expected nothing, as the loss of")]
    [TestCase("contenders.cmpe.training.adam_epsilon=0", "adam_epsilon: expected a number greater than 0")]
    [TestCase(
        "contenders.fmpe.flow_matching.tolerance=0.1",
        "contenders.fmpe.steps: expected at least 7, as steps are the most network passes of a draw with a tolerance")]
    public void WhatALaterStageCannotTakeIsRefused(string set, string problem) => Assert.That(Refusal("gmm", set), Does.Contain(problem));

    [TestCase("test.marginal_parts=7", "test.marginal_parts: expected at most half of marginal_data_sets (12)")]
    [TestCase("summary.groups=3", "summary.groups: expected a divisor of first_channels (8) and outputs (16), got 3")]
    [TestCase("simulations.budgets=[60001]", "simulations.budgets: the data end at 60000")]
    [TestCase("test.data_sets=9501", "test.data_sets: the data end at 9500")]
    public void WhatImagesCannotTakeIsRefused(string set, string problem) => Assert.That(Refusal("denoising", set), Does.Contain(problem));

    [TestCase("two_moons", "figures.observation=[9, 9]", "figures.observation: two moons: no parameter in the prior's box explains x")]
    [TestCase("kinematics", "figures.observation=[9, 9]", "figures.observation: inverse kinematics: no posture of the arm reaches x")]
    public void AnImpossibleObservationIsRefused(string experiment, string set, string problem) =>
        Assert.That(Refusal(experiment, set), Does.Contain(problem));

    [TestCase("simulations.validation=0")]
    [TestCase("contenders.acf.training.validations=0")]
    [TestCase("test.data_sets=1")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void LittleIsAUse(string set)
    {
        using LimitRuns runs = new();
        SettingCase tried = Case("gmm", set, "acf");
        Assert.That(runs.Refusal(tried), Is.Null);
        Assert.That(runs.Run(tried), Is.Empty);
    }

    [Test, Category(FastUnlessSlowAttribute.Slow)]
    public void AReportIsWrittenWhenNothingHasTheStepsOfFigures()
    {
        using LimitRuns runs = new();
        Assert.That(runs.Run(Case("tumor", "contenders.fmpe.budget_steps=[1]", "fmpe"), "simulations.full_sweep=[]"), Is.Empty);
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AReportIsWrittenWhenEveryTrainingDiverged()
    {
        using LimitRuns runs = new();
        Assert.That(
            runs.Run(Case("gmm", "contenders.acf.training.learning_rate=10", "acf")), Has.Count.EqualTo(1).And.All.Contains("became"));
    }

    [Test, Category(FastUnlessSlowAttribute.Slow)]
    public void EverySettingIsRefusedByNameOrRuns() => FaultLog.Try(
        Subject, "every setting of the five experiments at its limits and one past them, lists empty, of one and of equal entries", () =>
    {
        using LimitRuns runs = new();
        SettingCase[] all = [.. s_experiments.SelectMany(e => Cases(e, runs.Load(e)))];
        int wanted = FaultLog.Cases(60, all.Length);
        SettingCase[] cases = [.. Enumerable.Range(0, wanted).Select(i => all[(long)i * all.Length / wanted])];
        List<string> wrong = [];
        List<SettingCase> accepted = [];
        foreach (SettingCase tried in cases)
        {
            Attempt(tried, () =>
            {
                if (runs.Refusal(tried) is not string refusal)
                {
                    accepted.Add(tried);
                }
                else if (!Names(tried, refusal))
                {
                    wrong.Add($"{tried}: {refusal}");
                }
            });
        }

        // A contender's settings mean the same in every experiment that has a contender of the kind.
        SettingCase[] brief = [.. accepted.Where(c => !c.IsLong)
            .DistinctBy(c => (c.Contender is null ? c.Experiment : "", c.Record, c.Value))];
        int holes = 0;
        foreach (SettingCase tried in brief)
        {
            Attempt(tried, () =>
            {
                IReadOnlyList<string> failures = runs.Run(tried);
                holes += failures.Count > 0 ? 1 : 0;
                wrong.AddRange(failures.Where(f => !s_holes.Any(f.Contains)).Select(f => $"{tried}: {f}"));
            });
        }

        Assert.That(wrong, Is.Empty);
        return (
            cases.Length,
            $"{cases.Length - accepted.Count} refused with exit code 2 and the setting's name, {accepted.Count} valid; of those "
                + $"{brief.Length} run to a report, {holes} of them with a hole because the loss or draws became infinite; the others are "
                + "long, large, or of a contender's kind that was run in another experiment; before: crashes of 9 kinds"
        );

        void Attempt(SettingCase tried, Action attempt)
        {
            try
            {
                attempt();
            }
            catch (Exception e) when (e is not AssertionException)
            {
                wrong.Add($"{tried}: {e.GetType().Name}: {e.Message.Split('\n')[0]} {e.StackTrace?.Split('\n')[0]}");
            }
        }
    });

    // The setting itself, the records that hold it, or a setting beside it that no longer fits.
    private static bool Names(SettingCase tried, string refusal)
    {
        string[] path = tried.Path.Split('.');
        string record = string.Join('.', path[..^1]) + ".";
        return refusal.Contains(path[^1], StringComparison.Ordinal) || refusal.Contains(record, StringComparison.Ordinal);
    }

    private static IEnumerable<SettingCase> Cases(string name, Experiment experiment) =>
        SettingLimits.Of(name, experiment).DistinctBy(c => (c.Record, c.Value));

    private static string? Refusal(string experiment, string set)
    {
        using LimitRuns runs = new();
        return runs.Refusal(Case(experiment, set, set.StartsWith("contenders.", StringComparison.Ordinal) ? set.Split('.')[1] : null));
    }

    private static SettingCase Case(string experiment, string set, string? contender)
    {
        string[] parts = set.Split('=', 2);
        return new SettingCase(experiment, parts[0], parts[1], contender, "", IsLong: false);
    }
}
