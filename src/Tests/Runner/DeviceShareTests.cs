using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>What a device is given when nobody has said how much, and how exact it computes.</summary>
public sealed class DeviceShareTests
{
    private const long Gibibyte = 1L << 30;
    private static readonly Device s_gpu = new(DeviceType.CUDA, 0);

    // The cache of every run so far has draws in passes of 1000 rows; a U-Net was always told to take 100.
    [TestCase("gmm", "fmpe", 1000)]
    [TestCase("two_moons", "nsf", 1000)]
    [TestCase("denoising", "cmpe-naive", 1000)]
    [TestCase("denoising", "cmpe-unet", 101)]
    public void ACpuTakesABlockOfRowsOrWhatItsMemoryTakes(string experiment, string contender, int rows) =>
        Assert.That(DeviceShare.Rows(Of(experiment, contender), CPU, null), Is.EqualTo(rows));

    // 4 bytes, fourfold, of 256 x 10 numbers in an MLP of two blocks: 0.04 MB a row; of 28 x 28 x 16 x 30 x 1.75 in the U-Net: 10.5 MB.
    [TestCase("two_moons", "cmpe", 24, 78_643)]
    [TestCase("two_moons", "cmpe", 80, 100_000)]
    [TestCase("denoising", "cmpe-unet", 80, 1019)]
    [TestCase("denoising", "cmpe-unet", 0, 100)]
    public void AGpuTakesAnEighthOfItsMemory(string experiment, string contender, int gibibytes, int rows) =>
        Assert.That(DeviceShare.Rows(Of(experiment, contender), s_gpu, gibibytes > 0 ? gibibytes * Gibibyte : null), Is.EqualTo(rows));

    [TestCase("two_moons", 80, 16, 4)]
    [TestCase("two_moons", 80, 2, 2)]
    [TestCase("two_moons", 5, 16, 2)]
    [TestCase("two_moons", 0, 16, 1)]
    [TestCase("denoising", 80, 16, 1)]
    [TestCase("tumor", 80, 16, 1)]
    public void SmallTrainingsShareAGpu(string experiment, int gibibytes, int cores, int processes)
    {
        RunPlan plan = Plan(Load(experiment), "CUDA");
        long? memory = gibibytes > 0 ? gibibytes * Gibibyte : null;
        Assert.That(DeviceShare.Processes(plan.Trainings, s_gpu, memory, cores), Is.EqualTo(processes));
        Assert.That(DeviceShare.Processes(plan.Trainings, CPU, null, cores), Is.EqualTo(cores));
    }

    [Test]
    public void PrecisionIsPartOfATrainingOnAGpuOnly()
    {
        Experiment exact = Load("two_moons"), rough = exact with { Precision = Precision.Tf32 };

        Assert.That(Hashes(rough, "CPU"), Is.EqualTo(Hashes(exact, "CPU")), "a CPU has no TF32");
        Assert.That(Hashes(rough, "CUDA").Intersect(Hashes(exact, "CUDA")), Is.Empty);
        Assert.That(Hashes(rough, "CUDA", networks: false), Is.EqualTo(Hashes(exact, "CUDA", networks: false)));

        static string[] Hashes(Experiment experiment, string device, bool networks = true)
        {
            IEnumerable<IJob> jobs = Plan(experiment, device).Jobs;
            return [.. jobs.Where(j => networks ? j is TrainJob or SampleJob : j is SimulateJob).Select(j => j.Folder.Hash)];
        }
    }

    [Test]
    public void Tf32IsRefusedWhereTheDeviceIsACpu()
    {
        Assert.That(
            () => (Repository.Request(FileOf("two_moons")) with { Settings = ["precision=tf32", "device=cpu"] }).Load(),
            Throws.Exception.With.Message.Contains("precision: expected float32 with device cpu"));
    }

    [Test]
    public void Tf32HoldsUntilItIsDisposedOf()
    {
        bool matrices = backends.cuda.matmul.allow_tf32, convolutions = backends.cudnn.allow_tf32;
        using (Tf32.Allow(true))
        {
            Assert.That((backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32), Is.EqualTo((true, true)));
            using (Tf32.Allow(false))
            {
                Assert.That((backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32), Is.EqualTo((false, false)));
            }

            Assert.That((backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32), Is.EqualTo((true, true)));
        }

        Assert.That((backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32), Is.EqualTo((matrices, convolutions)));
    }

    private static ContenderSettings Of(string experiment, string contender) => Load(experiment).Contenders[contender];

    private static RunPlan Plan(Experiment experiment, string device) => new(experiment, "paper", "cache", device);

    private static Experiment Load(string experiment) => Repository.Request(FileOf(experiment)).Load().Experiment;

    private static string FileOf(string experiment) => Path.Combine(Repository.Root, "experiments", experiment + ".yaml");
}
