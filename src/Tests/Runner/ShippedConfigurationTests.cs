using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner.Configuration;

namespace Reproduce.Tests.Runner;

/// <summary>The files in experiments/ and configs/ are valid in every combination.</summary>
public sealed class ShippedConfigurationTests
{
    public static IEnumerable<TestCaseData> Combinations =>
        from experiment in Repository.Experiments
        from profile in Repository.NamesFor(experiment, ExperimentFiles.Profiles)
        from variant in Repository.NamesFor(experiment, ExperimentFiles.Variants)
        select new TestCaseData(Path.GetFileName(experiment), profile, variant);

    [TestCaseSource(nameof(Combinations))]
    public void EveryExperimentBindsWithEveryProfileAndVariant(string file, string? profile, string? variant)
    {
        string path = Path.Combine(Repository.Root, "experiments", file);

        (_, Experiment experiment) = Repository.Request(path, profile, variant).Load();

        Assert.That(experiment.Name + ".yaml", Is.EqualTo(file), "the name of an experiment is the name of its file");
    }
}
