using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// One training step of the coupling flows of the two-moons experiment (batch 32, six layers of 128 units) on one thread, beside the
/// products with the conditioners' hidden weights alone in libtorch.
/// </summary>
[Config(typeof(InProcessConfig))]
[BenchmarkCategory(NightlyBenchmarks.Category, NightlyBenchmarks.SmokeCategory)]
public class FlowTrainingBenchmarks
{
    private const int BatchSize = 32, Steps = FreeFormModels.Simulations / BatchSize;
    private static readonly CouplingFlowSettings s_flow = new();
    private Simulations _data = null!;
    private Tensor _rows = null!, _weights = null!, _transposed = null!;

    /// <summary>The estimator.</summary>
    [Params("acf", "nsf")]
    public string Contender { get; set; } = "acf";

    /// <summary>Makes the data.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        _data = FreeFormModels.Data();
        _rows = randn(BatchSize, s_flow.Units).DetachFromDisposeScope();
        _weights = randn(s_flow.Units, s_flow.Units).DetachFromDisposeScope();
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

    /// <summary>The training.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public long Train()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(5));
        CouplingKind kind = Contender == "acf" ? CouplingKind.Affine : CouplingKind.Spline;
        using var estimator = new FlowPosterior(FreeFormModels.Dimension, new DirectSummary(FreeFormModels.Dimension), kind, s_flow, random);
        TrainingSettings training = FreeFormModels.Training(epochs: 1) with { BatchSize = BatchSize };
        using var trainer = new Trainer(estimator, training, RandomKey.FromSeed(9));
        trainer.Run(_data);
        return trainer.Step;
    }

    /// <summary>The products with the hidden weights of both halves of every layer: forward, by the input and by the weights.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void LibtorchProducts()
    {
        // An affine half has a network for the scale and one for the shift, a spline half has one for all of its numbers.
        int networks = Contender == "acf" ? 4 : 2;
        for (int i = 0; i < Steps * s_flow.Layers * networks * (s_flow.HiddenLayers - 1); i++)
        {
            _rows.mm(_weights).Dispose();
            _rows.mm(_weights).Dispose();
            _transposed.mm(_rows).Dispose();
        }
    }
}
