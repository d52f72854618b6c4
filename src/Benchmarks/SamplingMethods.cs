using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// Time per 1000 draws of the two-moons networks on all cores, in libtorch's operations and in vector code, beside the same matrix
/// products alone in libtorch.
/// </summary>
public abstract class SamplingMethods
{
    /// <summary>What the time of a call is divided by.</summary>
    protected const int Thousands = DataSets * Draws / 1000;

    private const int DataSets = 4, Draws = 1000;

    private Tensor _observed = null!;
    private IPosteriorEstimator _operations = null!, _vectors = null!;

    /// <summary>The estimator and its number of sampling steps.</summary>
    public abstract string Setting { get; set; }

    private int Steps => int.Parse(Setting[5..]);

    /// <summary>Makes the networks.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        _observed = randn(DataSets, FreeFormModels.Dimension).DetachFromDisposeScope();
        _operations = FreeFormModels.Create(Setting[..4], vectors: false);
        foreach (Tensor parameter in _operations.Network.parameters())
        {
            parameter.requires_grad = false;
        }

        _vectors = FreeFormModels.Create(Setting[..4], vectors: true);
    }

    /// <summary>Frees the networks.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _observed.Dispose();
        _operations.Network.Dispose();
        _vectors.Network.Dispose();
    }

    /// <summary>libtorch's operations.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Thousands)]
    public void Operations() => Sample(_operations);

    /// <summary>Vector code.</summary>
    [Benchmark(OperationsPerInvoke = Thousands)]
    public void Vectors() => Sample(_vectors);

    /// <summary>The products with the blocks' weights alone, 1000 rows at a time.</summary>
    [Benchmark(OperationsPerInvoke = Thousands)]
    public void LibtorchProducts()
    {
        Parallel.For(0, Thousands, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, _ =>
        {
            set_num_threads(1);
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = randn(1000, FreeFormModels.Units), weights = randn(FreeFormModels.Units, FreeFormModels.Units);
            for (int i = 0; i < Steps * FreeFormModels.Blocks; i++)
            {
                rows.mm(weights).Dispose();
            }
        });
    }

    /// <summary>Draws.</summary>
    /// <param name="estimator">From what.</param>
    protected void Sample(IPosteriorEstimator estimator)
    {
        using var x = new Observation(_observed.alias());
        var settings = new SamplingSettings { Threads = Environment.ProcessorCount };
        PosteriorSampler.Sample(estimator, x, Draws, Steps, RandomKey.FromSeed(3), settings).Dispose();
    }
}
