using NUnit.Framework;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Tests.Runner;

/// <summary>What draws to compare with are called, and the folders that they have had since they were first made.</summary>
public sealed class ReferenceJobTests
{
    [TestCase("two_moons", "reference posterior, 10 x 10000 draws", "1c6fdbaf0dc6b816")]
    [TestCase("lotka_volterra", "reference posterior, 10 x 10000 draws", "3d40ae66e90e3099")]
    [TestCase("bernoulli_glm_raw", "exact posterior, 10 x 10000 draws", "b8c2e5890e1df076", Description = "in its second version")]
    public void PublishedDrawsAreNotCalledExact(string task, string label, string hash)
    {
        ReferenceJob job = Job(task);
        Assert.That(job.Folder.Label, Is.EqualTo(label));
        Assert.That(job.Folder.Hash, Is.EqualTo(hash));
    }

    [Test]
    public void OurOwnAre() =>
        Assert.That(Job("two_moons", "task.own_reference=true").Folder.Label, Is.EqualTo("exact posterior, 10 x 10000 draws"));

    private static ReferenceJob Job(string task, params string[] settings)
    {
        string path = Path.Combine(Repository.Root, "experiments", "sbibm", $"{task}.yaml");
        (_, Experiment experiment) = Repository.Request(path, null, null, settings).Load();
        return new RunPlan(experiment, "paper", "cache", "cpu").Reference!;
    }
}
