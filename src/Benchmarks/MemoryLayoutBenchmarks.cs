using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// Forward and backward pass of the networks with convolutions, with kernels, or kernels and photographs, laid out channel by channel
/// ("contiguous") or pixel by pixel ("channels-last"), on one thread. The time is per image.
/// </summary>
/// <remarks>
/// TorchSharp has no memory format to ask for; the strides alone decide, and a convolution's result is channels-last when its image or
/// its kernel is. So the U-Net's images are channels-last behind an attention block in any case, up to the next concatenation with one
/// that is not. The optimiser is left out: it goes through all numbers in the order of the memory, whatever that means.
/// </remarks>
[Config(typeof(InProcessConfig))]
public class MemoryLayoutBenchmarks
{
    private const int Steps = 4, BatchSize = 32, Summaries = 128;
    private ImageSummaryCnn _summary = null!;
    private UNet _net = null!;
    private Observation _photographs = null!;
    private Tensor _images = null!, _conditions = null!, _times = null!;

    /// <summary>How images and kernels lie in memory.</summary>
    [Params("contiguous", "kernels only", "channels-last")]
    public string Layout { get; set; } = "contiguous";

    /// <summary>Makes the networks twice and compares: the layout must change nothing but the time.</summary>
    /// <exception cref="InvalidOperationException">It does.</exception>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        Make("contiguous");
        using DisposeScope scope = NewDisposeScope();
        Tensor summaries = Summarise().detach().clone(), velocities = Denoise().detach().clone();
        Free();
        Make(Layout);
        double difference = Math.Max(LargestDifference(Summarise(), summaries), LargestDifference(Denoise(), velocities));
        if (!(difference < 1e-4))
        {
            throw new InvalidOperationException($"The layout {Layout} changes the output by {difference}.");
        }
    }

    /// <summary>Frees the networks.</summary>
    [GlobalCleanup]
    public void Free()
    {
        _summary.Dispose();
        _net.Dispose();
        _photographs.Dispose();
        foreach (Tensor tensor in (Tensor[])[_images, _conditions, _times])
        {
            tensor.Dispose();
        }
    }

    /// <summary>The summary network of the denoising experiment.</summary>
    [Benchmark(OperationsPerInvoke = Steps * BatchSize)]
    public long Summary() => Train(_summary, Summarise);

    /// <summary>The U-Net of 16, 32 and 64 channels.</summary>
    [Benchmark(OperationsPerInvoke = Steps * BatchSize)]
    public long UNet() => Train(_net, Denoise);

    private Tensor Summarise() => _summary.Summarise(_photographs, ForwardPass.Evaluation);

    private Tensor Denoise() => _net.Apply(_images, _conditions, _times, ForwardPass.Evaluation);

    private static long Train(Network network, Func<Tensor> output)
    {
        for (int step = 0; step < Steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            network.zero_grad();
            output().Squared().mean().backward();
        }

        return Steps;
    }

    private void Make(string layout)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(5));
        (_summary, _net) = Networks(random);
        using IDisposable noGrad = no_grad();
        foreach (Parameter weight in _summary.parameters().Concat(_net.parameters()))
        {
            // No weight at zero: a silent branch would hide a wrong layout.
            weight.add_(random.Normal(weight.shape), 0.01);
            if (layout != "contiguous" && weight.dim() == 4)
            {
                weight.set_(ChannelsLast(weight));
            }
        }

        Tensor photographs = random.Uniform([BatchSize, 1, FashionMnist.Side, FashionMnist.Side]);
        _photographs = new Observation(layout == "channels-last" ? ChannelsLast(photographs) : photographs).DetachFromDisposeScope();
        _images = random.Normal([BatchSize, FashionMnist.Side * FashionMnist.Side]).DetachFromDisposeScope();
        _conditions = random.Normal([BatchSize, Summaries]).DetachFromDisposeScope();
        _times = random.Uniform([BatchSize, 1]).DetachFromDisposeScope();
    }

    private static (ImageSummaryCnn Summary, UNet Net) Networks(RandomSource random) => (
        new ImageSummaryCnn(1, new ImageSummaryCnnSettings { Outputs = Summaries }, random),
        new UNet(FashionMnist.Side, Summaries, 1, new UNetSettings(), random));

    // The same numbers [N, C, H, W] with the strides of [N, H, W, C]. They are given outright: after a mere permutation an axis of
    // length 1 keeps a stride by which libtorch does not know the layout.
    private static Tensor ChannelsLast(Tensor x)
    {
        long[] shape = x.shape;
        (long channels, long height, long width) = (shape[1], shape[2], shape[3]);
        return x.permute(0, 2, 3, 1).contiguous().as_strided(shape, [channels * height * width, 1, width * channels, channels]);
    }

    private static double LargestDifference(Tensor one, Tensor other) => (one - other).abs().max().item<float>();
}
