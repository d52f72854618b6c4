using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// A pass of images through the U-Net of the denoising experiment, as in drawing, in vector code and in libtorch's operations, on one
/// thread. The time is per image: a draw of K steps takes K of them.
/// </summary>
[Config(typeof(InProcessConfig))]
public class ImageSamplingBenchmarks
{
    private const int Rows = 100, WholeRows = 128, Summaries = 128;
    private FreeFormNetwork _net = null!;
    private Tensor _images = null!, _conditions = null!, _times = null!;

    /// <summary>What computes.</summary>
    [Params(ImageTrainingBenchmarks.Vectors, "libtorch")]
    public string Code { get; set; } = ImageTrainingBenchmarks.Vectors;

    /// <summary>Makes the network and what goes through it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(5));
        _net = ImageTrainingBenchmarks.In(Code, new UNet(FashionMnist.Side, Summaries, 200, new UNetSettings(), random));
        _images = random.Normal([WholeRows, FashionMnist.Side * FashionMnist.Side]).DetachFromDisposeScope();
        _conditions = random.Normal([WholeRows, Summaries]).DetachFromDisposeScope();
        _times = random.Uniform([WholeRows, 1]).DetachFromDisposeScope();
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _net.Dispose();
        _images.Dispose();
        _conditions.Dispose();
        _times.Dispose();
    }

    /// <summary>100 images, as in the experiment: four are beside whole panels.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public long Hundred() => Pass(Rows);

    /// <summary>128 images: four panels.</summary>
    [Benchmark(OperationsPerInvoke = WholeRows)]
    public long WholePanels() => Pass(WholeRows);

    private long Pass(int rows)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor output = _net.Apply(
            _images.narrow(0, 0, rows), _conditions.narrow(0, 0, rows), _times.narrow(0, 0, rows), ForwardPass.Evaluation);
        return output.shape[0];
    }
}
