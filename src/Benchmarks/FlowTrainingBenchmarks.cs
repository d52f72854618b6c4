using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// One training step of a coupling flow (batch 32, 6 layers, networks of 2 x 128 units, dropout, clipping, Adam) on one thread, in
/// libtorch's operations and in vector code, beside the step's products alone in libtorch.
/// </summary>
[Config(typeof(InProcessConfig))]
[BenchmarkCategory(NightlyBenchmarks.Category, NightlyBenchmarks.SmokeCategory)]
public class FlowTrainingBenchmarks
{
    private const int BatchSize = 32, Simulations = 1024, Epochs = 8, Layers = 6, Units = 128, Bins = 16;
    private const int Steps = Epochs * Simulations / BatchSize;
    private Simulations _data = null!;
    private Tensor _rows = null!, _weights = null!, _transposed = null!, _last = null!, _raw = null!;

    /// <summary>The estimator.</summary>
    [Params("acf", "nsf")]
    public string Contender { get; set; } = "acf";

    private int Networks => Contender == "acf" ? 4 * Layers : 2 * Layers;

    /// <summary>Makes the data.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        _data = FreeFormModels.Data();
        _rows = randn(BatchSize, Units).DetachFromDisposeScope();
        _weights = randn(Units, Units).DetachFromDisposeScope();
        _transposed = _rows.t();
        long outputs = Contender == "acf" ? 1 : RationalQuadraticSpline.RawNumbers(Bins);
        _last = randn(Units, outputs).DetachFromDisposeScope();
        _raw = randn(BatchSize, outputs).DetachFromDisposeScope();
    }

    /// <summary>Frees the data.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _rows.Dispose();
        _weights.Dispose();
        _transposed.Dispose();
        _last.Dispose();
        _raw.Dispose();
        _data.Dispose();
    }

    /// <summary>libtorch's operations.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public long Operations() => Train(vectors: false);

    /// <summary>Vector code.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public long Vectors() => Train(vectors: true);

    /// <summary>The products of the wide layers alone: forward, by the input and by the weights.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void LibtorchProducts()
    {
        for (int i = 0; i < Steps * Networks; i++)
        {
            _rows.mm(_weights).Dispose();
            _rows.mm(_weights).Dispose();
            _transposed.mm(_rows).Dispose();
            _rows.mm(_last).Dispose();
            _raw.mm(_last.t()).Dispose();
            _transposed.mm(_raw).Dispose();
        }
    }

    private long Train(bool vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(5));
        var settings = new CouplingFlowSettings { Layers = Layers, Units = Units, Bins = Bins };
        using var flow = new FlowPosterior(
            2, new DirectSummary(2), Contender == "acf" ? CouplingKind.Affine : CouplingKind.Spline, settings, random);
        var training = new TrainingSettings { Epochs = Epochs, BatchSize = BatchSize, LearningRate = 5e-4, ClipNorm = 1, Validations = 0 };
        using var trainer = new Trainer(vectors ? flow : new LibtorchOnly(flow), training, RandomKey.FromSeed(9));
        using var part = new Simulations(_data.Theta.narrow(0, 0, Simulations), _data.X.Narrow(0, Simulations));
        trainer.Run(part);
        return trainer.Step;
    }
}
