using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Inference.Training;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// Training on images with the networks of the denoising experiment: camera, summary network, naive network or U-Net, AdamW, on one
/// thread, in vector code and in libtorch's operations. The time is per image of a batch, so its inverse is images per second.
/// </summary>
[Config(typeof(InProcessConfig))]
public class ImageTrainingBenchmarks
{
    /// <summary>The networks as they are; the other code is libtorch's.</summary>
    internal const string Vectors = "vector code";
    private const int Steps = 4, BatchSize = 32, Summaries = 128;
    private readonly CameraModel _camera = new();
    private Simulations _data = null!;

    /// <summary>The estimator.</summary>
    [Params("cmpe", "fmpe")]
    public string Contender { get; set; } = "cmpe";

    /// <summary>What computes the networks.</summary>
    [Params(Vectors, "libtorch")]
    public string Code { get; set; } = Vectors;

    /// <summary>Makes images of noise: times do not depend on what is in the picture.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        _data = Photographs();
    }

    /// <summary>Frees the data.</summary>
    [GlobalCleanup]
    public void Cleanup() => _data.Dispose();

    /// <summary>The residual MLP of 2048 units.</summary>
    [Benchmark(OperationsPerInvoke = Steps * BatchSize)]
    public long Naive() =>
        Train((largestTime, random) => new NaiveImageMlp(_camera.Pixels, Summaries, largestTime, new NaiveImageMlpSettings(), random));

    /// <summary>The U-Net of 16, 32 and 64 channels.</summary>
    [Benchmark(OperationsPerInvoke = Steps * BatchSize)]
    public long UNet() => Train((largestTime, random) => new UNet(FashionMnist.Side, Summaries, largestTime, new UNetSettings(), random));

    /// <summary>A network whose passes without gradients are in the same code as the others.</summary>
    internal static FreeFormNetwork In(string code, FreeFormNetwork network) => code == Vectors ? network : new LibtorchTwin(network);

    private Simulations Photographs()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(5));
        Tensor images = 2 * random.Uniform([Steps * BatchSize, _camera.Pixels]) - 1;
        return new Simulations(images.DetachFromDisposeScope(), _camera.Simulate(images, random).DetachFromDisposeScope());
    }

    private long Train(Func<double, RandomSource, FreeFormNetwork> create)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(5));
        var summary = new ImageSummaryCnn(1, new ImageSummaryCnnSettings { Outputs = Summaries }, random);
        var consistency = new ConsistencySettings
        {
            LargestTime = 200,
            S0 = 10,
            S1 = 50,
        };
        FreeFormNetwork network = In(Code, create(Contender == "cmpe" ? consistency.LargestTime : 1, random));
        IPosteriorEstimator fast =
            Contender == "cmpe"
                ? new ConsistencyPosterior(_camera.Pixels, summary, network, ones(_camera.Pixels), consistency)
                : new FlowMatchingPosterior(_camera.Pixels, summary, network, new FlowMatchingSettings());
        using IPosteriorEstimator estimator = Code == Vectors ? fast : new LibtorchOnly(fast);
        var training = new TrainingSettings
        {
            Steps = Steps,
            BatchSize = BatchSize,
            LearningRate = 5e-4,
            ClipNorm = 0,
            WeightDecay = 0.004,
            Validations = 0,
        };
        using var trainer = new Trainer(estimator, training, RandomKey.FromSeed(9)) { Resimulation = _camera };
        trainer.Run(_data);
        return trainer.Step;
    }
}
