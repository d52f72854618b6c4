using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;

namespace Reproduce.Tests.Runner;

/// <summary>experiments/denoising.yaml, and the choice of networks that it needs.</summary>
public sealed class DenoisingExperimentTests
{
    private static string Denoising => Path.Combine(Repository.Root, "experiments", "denoising.yaml");

    [Test]
    public void TheFileSaysWhatThePaperSays()
    {
        Experiment experiment = Load();
        Assert.Multiple(() =>
        {
            Assert.That(experiment.Simulations.Budgets, Is.EqualTo(new[] { 2000, 60_000 }));
            Assert.That((experiment.Test.DataSets, experiment.Test.Draws), Is.EqualTo((100, 100)));
            Assert.That((experiment.Test.MarginalDataSets, experiment.Test.MarginalParts), Is.EqualTo(((int?)(6 * 1583), 6)));
            Assert.That(experiment.Contenders.Keys, Is.EquivalentTo(new[] { "fmpe-naive", "cmpe-naive", "npse-naive", "fmpe-unet", "cmpe-unet", "npse-unet" }));
            foreach ((string name, ContenderSettings contender) in experiment.Contenders)
            {
                Assert.That((contender.Training.Steps, contender.Training.LearningRate), Is.EqualTo(((int?)20_000, 5e-4)), name);
                Assert.That((contender.At(2000).Training.BatchSize, contender.At(60_000).Training.BatchSize), Is.EqualTo((32, 256)), name);
                Assert.That(contender.ShownSteps, Is.EqualTo(name.Split('-')[0] switch { "cmpe" => 2, "fmpe" => 248, _ => 49 }), name);
                NetworkSettings expected = name.EndsWith("unet", StringComparison.Ordinal)
                    ? new UNetNetworkSettings { Channels = 16, Levels = 3, Blocks = 2, Groups = 8 }
                    : new NaiveNetworkSettings { Units = 2048, Blocks = 3, TimeFeatures = 64 };
                Assert.That(((FreeFormContenderSettings)contender).Network, Is.EqualTo(expected), name);
            }

            ConsistencyContenderSettings cmpe = (ConsistencyContenderSettings)experiment.Contenders["cmpe-unet"];
            Assert.That((cmpe.Consistency.S0, cmpe.Consistency.S1, cmpe.Consistency.LargestTime), Is.EqualTo((10, 50, 200.0)));
            Assert.That(cmpe.Consistency.ParameterVariance, Is.EqualTo(0.25));
        });
    }

    [Test]
    public void ANetworkWithoutAKindIsAnMlpWithTheHashThatItAlwaysHad()
    {
        string gmm = Path.Combine(Repository.Root, "experiments", "gmm.yaml");
        Experiment experiment = YamlBinder.Bind<Experiment>(ExperimentFiles.Load(gmm, null, null, []));
        NetworkSettings network = ((FreeFormContenderSettings)experiment.Contenders["cmpe"]).Network;
        Assert.Multiple(() =>
        {
            Assert.That(network, Is.EqualTo(new MlpNetworkSettings { Units = 256, Blocks = 2, Dropout = 0.1, L2 = 1e-4 }));
            Assert.That(CanonicalJson.Write(network), Is.EqualTo("""{"blocks":2,"dropout":0.1,"l2":0.0001,"units":256}"""));
            Assert.That(
                CanonicalJson.Write(new UNetNetworkSettings()),
                Is.EqualTo("""{"blocks":2,"channels":16,"groups":8,"kind":"u-net","levels":3}"""));
            Assert.That(CanonicalJson.Write(experiment.Contenders["cmpe"].At(1024)), Does.Not.Contain("batch_sizes"));
        });
    }

    [TestCase("contenders.cmpe-unet.network.units=9", "the key 'units' belongs to kind mlp or naive, not to u-net.")]
    [TestCase("contenders.cmpe-unet.network.kind=unet", "expected one of mlp, naive, u-net, got 'unet'")]
    [TestCase("simulations.budgets=[2000,60001]", "the data end at 60000 for training and 500 for validation")]
    [TestCase("test.marginal_data_sets=9501", "the data end at 9500 test data sets")]
    public void MistakesAreNamed(string setting, string problem) =>
        Assert.That(() => Load(setting), Throws.TypeOf<ConfigurationException>().With.Message.Contains(problem));

    [Test]
    public void MissingDataEndTheRunWithOneSentence()
    {
        using TemporaryFolder folder = new();
        (int exitCode, _, string errors) = Repository.Run(
            folder.Path, Denoising, "--profile", "smoke", "--set", "task.data_folder=nowhere", "--out", folder.Path, "--cache", folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Failure));
            Assert.That(errors.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(errors, Does.StartWith("Fashion-MNIST was not found in nowhere.").And.Contain("dataset-fashion-mnist"));
        });
    }

    [Test]
    public void DamagedDataEndTheRunWithOneSentenceBeforeAnythingIsTrained()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1" })
        {
            folder.File($"data/{name}-ubyte.gz", "no gzip");
        }

        string[] run = [Denoising, "--profile", "smoke", "--set", "task.data_folder=data", "--out", folder.Path, "--cache", folder.Path];
        (int exitCode, string output, string errors) = Repository.Run(folder.Path, run);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Failure), errors);
            Assert.That(errors.Trim().Split('\n'), Has.Length.EqualTo(1), errors);
            Assert.That(errors, Does.Contain("-ubyte"));
            Assert.That(output, Does.Not.Contain("train:"));
        });
        (exitCode, _, errors) = Repository.Run(folder.Path, [.. run, "--dry-run"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), "a plan needs no data: " + errors);
    }

    private static Experiment Load(params string[] sets) => YamlBinder.Bind<Experiment>(ExperimentFiles.Load(Denoising, null, null, sets));
}
