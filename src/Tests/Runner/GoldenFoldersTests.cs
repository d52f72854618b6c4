using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;

namespace Reproduce.Tests.Runner;

/// <summary>
/// The folder names of the jobs of every shipped experiment, profile and variant. Hours of trainings are found again by these names, so
/// one changes only on purpose: with its line in Data/golden-folders.txt, and the reason in the commit.
/// </summary>
public sealed class GoldenFoldersTests
{
    private const string File = "golden-folders.txt";

    [Test]
    public void NoJobsFolderHasChangedItsName()
    {
        string[] expected = [.. System.IO.File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", File)).Order()];
        string[] actual = [.. Repository.Experiments.SelectMany(Jobs).Distinct().Order(StringComparer.Ordinal)];
        string now = Path.Combine(TestContext.CurrentContext.WorkDirectory, File);
        System.IO.File.WriteAllText(now, string.Join('\n', actual) + "\n");

        string[] gone = [.. expected.Except(actual)];
        string[] added = [.. actual.Except(expected)];

        Assert.That(
            gone.Length + added.Length,
            Is.Zero,
            $"{gone.Length} folders are gone and {added.Length} are new; the first: "
                + $"{string.Join("; ", gone.Take(3).Concat(added.Take(3)))}. "
            + $"If that is on purpose, copy {now} to src/Tests/Data and say why in the commit.");
    }

    private static IEnumerable<string> Jobs(string file)
    {
        foreach (string? profile in Repository.NamesFor(file, ExperimentFiles.Profiles))
        {
            foreach (string? variant in Repository.NamesFor(file, ExperimentFiles.Variants))
            {
                (_, Experiment experiment) = Repository.Request(file, profile, variant).Load();
                RunPlan plan = new(experiment, variant ?? "paper", "cache", "cpu");
                IEnumerable<IJob> jobs = plan.Jobs;
                if (plan.Task.Description.Likelihood is not null && (profile is null or "smoke"))
                {
                    jobs = jobs.Concat(new DensityPlan(plan, new DensitySettings()).Jobs);
                }

                foreach (StageFolder folder in jobs.Select(j => j.Folder))
                {
                    yield return $"{experiment.Name} {folder.Stage} {folder.Hash} {folder.Label}";
                }
            }
        }
    }
}
