using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// One training step (batch 64, 2 x 256 units, dropout, clipping, Adam) on one thread, in libtorch's operations and in vector code, beside
/// the step's matrix products alone in libtorch.
/// </summary>
[Config(typeof(InProcessConfig))]
[BenchmarkCategory(NightlyBenchmarks.Category, NightlyBenchmarks.SmokeCategory)]
public class TrainingBenchmarks
{
    private const int Epochs = 8;
    private const int Steps = Epochs * FreeFormModels.Simulations / FreeFormModels.BatchSize;
    private Simulations _data = null!;
    private Tensor _rows = null!, _weights = null!, _transposed = null!;

    /// <summary>The estimator.</summary>
    [Params("cmpe", "fmpe", "npse")]
    public string Contender { get; set; } = "cmpe";

    /// <summary>Makes the data.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        _data = FreeFormModels.Data();
        _rows = randn(FreeFormModels.BatchSize, FreeFormModels.Units).DetachFromDisposeScope();
        _weights = randn(FreeFormModels.Units, FreeFormModels.Units).DetachFromDisposeScope();
        _transposed = _rows.t();
    }

    /// <summary>Frees the data.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _rows.Dispose();
        _weights.Dispose();
        _transposed.Dispose();
        _data.Dispose();
    }

    /// <summary>libtorch's operations.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public long Operations() => Train(vectors: false);

    /// <summary>Vector code.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public long Vectors() => Train(vectors: true);

    /// <summary>The products with the blocks' weights alone: forward (for CMPE twice), by the input and by the weights.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void LibtorchProducts()
    {
        int forward = Contender == "cmpe" ? 2 : 1;
        for (int step = 0; step < Steps; step++)
        {
            for (int block = 0; block < FreeFormModels.Blocks; block++)
            {
                for (int i = 0; i < forward + 1; i++)
                {
                    _rows.mm(_weights).Dispose();
                }

                _transposed.mm(_rows).Dispose();
            }
        }
    }

    private long Train(bool vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        IPosteriorEstimator estimator = FreeFormModels.Create(Contender, vectors);
        using var trainer = new Trainer(estimator, FreeFormModels.Training(Epochs), RandomKey.FromSeed(9));
        trainer.Run(_data);
        estimator.Network.Dispose();
        return trainer.Step;
    }
}
