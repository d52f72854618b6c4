using NUnit.Framework;
using Reproduce.Inference.Networks;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;

namespace Reproduce.Tests.Runner;

/// <summary>The files in experiments/ and configs/ are valid in every combination.</summary>
public sealed class ShippedConfigurationTests
{
    public static IEnumerable<TestCaseData> Combinations =>
        from experiment in Repository.Experiments
        from profile in Repository.Names("profiles").Prepend(null)
        from variant in Repository.Names("variants").Prepend(null)
        select new TestCaseData(Path.GetFileName(experiment), profile, variant);

    [TestCaseSource(nameof(Combinations))]
    public void EveryExperimentBindsWithEveryProfileAndVariant(string file, string? profile, string? variant)
    {
        string path = Path.Combine(Repository.Root, "experiments", file);

        (_, Experiment experiment) = Repository.Request(path, profile, variant).Load();

        Assert.That(experiment.Name + ".yaml", Is.EqualTo(file), "the name of an experiment is the name of its file");
    }

    [Test]
    public void TheGaussianMixtureFileSaysWhatThePaperSays()
    {
        (_, Experiment gmm) = Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml")).Load();
        ConsistencyContenderSettings cmpe = (ConsistencyContenderSettings)gmm.Contenders["cmpe"];
        FlowMatchingContenderSettings fmpe = (FlowMatchingContenderSettings)gmm.Contenders["fmpe"];

        Assert.Multiple(() =>
        {
            Assert.That(gmm.Simulations.Budgets, Does.Contain(1024));
            Assert.That((gmm.Test.DataSets, gmm.Test.Draws), Is.EqualTo((100, 4000)));
            Assert.That(((DeepSetSettings)gmm.Summary).Outputs, Is.EqualTo(6));
            Assert.That((cmpe.Consistency.S0, cmpe.Consistency.S1, cmpe.Consistency.LargestTime), Is.EqualTo((10, 1280, 1.0)));
            Assert.That(cmpe.Consistency.SmallestTime, Is.EqualTo(0.001));
            Assert.That((cmpe.Training.Epochs, cmpe.Training.BatchSize, cmpe.Training.LearningRate), Is.EqualTo(((int?)2000, 64, 1e-4)));
            Assert.That(fmpe.Network, Is.EqualTo(cmpe.Network), "FMPE and CMPE use identical networks");
            Assert.That(((FlowContenderSettings)gmm.Contenders["acf"]).Flow.Layers, Is.EqualTo(4));
            Assert.That(gmm.Contenders["nsf"].Training.Epochs, Is.EqualTo(200));
            Assert.That(cmpe.Steps, Is.EqualTo(new[] { 1, 2, 5, 7, 8, 10, 20, 30, 40, 50, 100 }));
            Assert.That(fmpe.Steps, Is.EqualTo(new[] { 1, 2, 5, 7, 8, 10, 20, 30, 40, 50, 100, 1000 }));
        });
    }
}
