using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Inference.Training;
using Reproduce.Runner;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>experiments/denoising.yaml, and the choice of networks that it needs.</summary>
public sealed class DenoisingExperimentTests
{
    private static string Denoising => Path.Combine(Repository.Root, "experiments", "denoising.yaml");

    /// <summary>The summary network's settings are also the defaults of the code: the sizes are right when the file says nothing.</summary>
    [Test]
    public void TheSummaryHasTheSizesOfTheFile()
    {
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(83));
        using SummaryNetwork summary = Load("summary.first_channels=16", "summary.outputs=24", "summary.groups=4", "summary.l2=0.5")
            .Summary.Create(new Observation(zeros(1, 1, 28, 28)), random);
        Dictionary<string, long[]> shapes = summary.named_parameters().ToDictionary(p => p.name, p => p.parameter.shape);
        Assert.That(
            Enumerable.Range(0, 4).Select(i => string.Join(' ', shapes[$"convolutions.{i}.weight"])),
            Is.EqualTo(new[] { "16 1 3 3", "16 16 3 3", "24 16 3 3", "24 24 3 3" }));
        Assert.That(summary.Penalties.Select(p => p.Strength), Is.EqualTo(new[] { 0.5, 0.5, 0.5, 0.5 }));
    }

    /// <summary>
    /// The angles of the time embedding are 1000 t / T: T = 200 for the noise levels of a consistency model, 1 for the times of flow
    /// matching and for the logarithms that a score model is told.
    /// </summary>
    [TestCase("fmpe-naive", 1)]
    [TestCase("fmpe-unet", 1)]
    [TestCase("cmpe-naive", 200)]
    [TestCase("cmpe-unet", 200)]
    [TestCase("npse-naive", 1)]
    [TestCase("npse-unet", 1)]
    public void TheTimeEmbeddingKnowsTheLargestTime(string contender, double largestTime)
    {
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(89));
        string small = contender.EndsWith("naive", StringComparison.Ordinal) ? "units=8" : "channels=8";
        ContenderSettings settings = Load($"contenders.{contender}.network.{small}").Contenders[contender];
        using IPosteriorEstimator estimator = settings.Create(new EstimatorParts(784, new DirectSummary(2), ones(784), random));
        Tensor frequencies = estimator.Network.named_buffers()
            .Single(b => b.name.EndsWith("embedding.frequencies", StringComparison.Ordinal)).buffer;
        Assert.That((double)frequencies.max().item<float>(), Is.EqualTo(1000 / largestTime).Within(1e-6).Percent);
    }

    [Test]
    public void TheTaskAsksForNewPhotographs() => Assert.Multiple(() =>
    {
        Assert.That(Load().Task, Is.TypeOf<DenoisingSettings>());
        Assert.That(Load().Task.RedrawsObservations, Is.True);
        Assert.That(MarkedSettings.Without(Load().Task, typeof(SimulationIndependentAttribute)).RedrawsObservations, Is.True);
        Assert.That(new TwoMoonsSettings().RedrawsObservations, Is.False, "a task with a simulation budget must not");
    });

    /// <summary>The stage's weights are, bit for bit, those of a trainer that redraws, and not those of one that does not.</summary>
    [Test]
    public void ATrainingPhotographsEveryBatchAnew()
    {
        string data = DenoisingOracle.Folder;
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        RunRequest request = Repository.Request(
            Denoising, "smoke", null, "simulations.budgets=[24]", "simulations.validation=8", $"task.data_folder={data}",
            "contenders.fmpe-naive.training.batch_size=8", "contenders.fmpe-naive.training.epochs=2");
        RunPlan plan = new(request.Load().Experiment, "paper", folder.Path, "cpu", ["fmpe-naive"]);
        JobContext context = JobContext.Of(plan.Experiment, CPU, CancellationToken.None);
        TrainJob job = plan.Trainings.Single();
        Assert.That(JobAttempt.Run(job.Simulate, context, JobProgress.None), Is.Null);
        Assert.That(JobAttempt.Run(job, context, JobProgress.None), Is.Null);
        double[] stage = Flat(WeightsFile.Read(job.Folder.FileOf(StageFiles.Weights)).State);
        Assert.That(stage, Is.EqualTo(ByHand(plan.Task)), "photographed anew");
        Assert.That(stage, Is.Not.EqualTo(ByHand(null)), "learned from the stored photographs");

        double[] ByHand(ISimulator? camera)
        {
            using Simulations training = EstimatorFactory.TrainingSet(job);
            using IPosteriorEstimator estimator = EstimatorFactory.Create(job, training, CPU);
            using Trainer trainer = new(estimator, job.Settings.Training, job.Key) { Resimulation = camera };
            trainer.Run(training);
            Assert.That(trainer.Step, Is.EqualTo(6));
            return Flat(estimator.Network.state_dict());
        }

        static double[] Flat(IReadOnlyDictionary<string, Tensor> weights) =>
            [.. weights.OrderBy(w => w.Key, StringComparer.Ordinal).SelectMany(w => w.Value.Numbers())];
    }

    [Test]
    public void ANetworkWithoutAKindIsAnMlpWithTheHashThatItAlwaysHad()
    {
        string gmm = Path.Combine(Repository.Root, "experiments", "gmm.yaml");
        Experiment experiment = YamlBinder.Bind<Experiment>(ExperimentFiles.Load(gmm, null, null, []), SettingKinds.All);
        FreeFormNetworkSettings network = ((FreeFormContenderSettings)experiment.Contenders["cmpe"]).Network;
        Assert.Multiple(() =>
        {
            Assert.That(
                network,
                Is.EqualTo(
                    new ResidualMlpSettings
                    {
                        Units = 256,
                        Blocks = 2,
                        Dropout = 0.1,
                        L2 = 1e-4,
                    }
                )
            );
            Assert.That(
                CanonicalJson.Write(network, SettingKinds.All),
                Is.EqualTo("""{"blocks":2,"dropout":0.1,"l2":0.0001,"units":256}""")
            );
            Assert.That(
                CanonicalJson.Write(new UNetSettings(), SettingKinds.All),
                Is.EqualTo("""{"blocks":2,"channels":16,"groups":8,"kind":"u-net","levels":3}"""));
            Assert.That(CanonicalJson.Write(experiment.Contenders["cmpe"].At(1024), SettingKinds.All), Does.Not.Contain("batch_sizes"));
        });
    }

    [TestCase("contenders.cmpe-unet.network.units=9", "the key 'units' belongs to kind mlp or naive, not to u-net.")]
    [TestCase("contenders.cmpe-unet.network.kind=unet", "expected one of mlp, naive, u-net, got 'unet'")]
    [TestCase("simulations.budgets=[2000,60001]", "the data end at 60000 for training and 500 for validation")]
    [TestCase("test.marginal_data_sets=9501", "the data end at 9500 test data sets")]
    public void MistakesAreNamed(string setting, string problem) =>
        Assert.That(() => Load(setting), Throws.TypeOf<ConfigurationException>().With.Message.Contains(problem));

    [Category(FastUnlessSlowAttribute.Slow)]
    [Test]
    public void AFolderWithoutTheDataIsRefusedBeforeTheRun()
    {
        using TemporaryFolder folder = new();
        (int exitCode, _, string errors) = Repository.Run(
            folder.Path, Denoising, "--dry-run", "--profile", "smoke", "--set", "task.data_folder=nowhere", "--out", folder.Path, "--cache",
            folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
            Assert.That(errors.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(errors, Does.Contain("task.data_folder: expected").And.Contain("'nowhere'"));
        });
    }

    [Category(FastUnlessSlowAttribute.Slow)]
    [Test]
    public void DamagedDataEndTheRunWithOneSentenceBeforeAnythingIsTrained()
    {
        using TemporaryFolder folder = new();
        foreach (string name in FashionMnistFolder.Names)
        {
            folder.File($"data/{name}.gz", "no gzip");
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

    private static Experiment Load(params string[] sets) =>
        YamlBinder.Bind<Experiment>(ExperimentFiles.Load(Denoising, null, null, sets), SettingKinds.All);
}
