using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// The DeepSet of the Gaussian mixture in a training step (64 sets of 10 points, default widths), forward and backward on one thread, in
/// libtorch's operations and in vector code, beside the products alone in libtorch.
/// </summary>
[Config(typeof(InProcessConfig))]
[BenchmarkCategory(NightlyBenchmarks.Category)]
public class SetTrainingBenchmarks
{
    private const int Sets = 64, Members = 10, Features = 2, Steps = 200;
    private static readonly DeepSetSettings s_settings = new() { Outputs = 6 };
    private readonly List<(Tensor Rows, Tensor Weights, Tensor Slopes)> _products = [];
    private DeepSet _network = null!;
    private RandomSource _random = null!;
    private Observation _x = null!;

    /// <summary>Makes the network and the data.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        (_random, _network, _x) = Create();
        foreach (Tensor parameter in _network.parameters())
        {
            // Where a training's optimiser reads them.
            parameter.grad = zeros_like(parameter).DetachFromDisposeScope();
        }

        int width = Features, units = s_settings.Units;
        for (int module = 0; module < s_settings.EquivariantModules; module++)
        {
            AddInvariant(width, units);
            AddStack(Sets * Members, width + units, units);
            width = units;
        }

        AddInvariant(width, units);
        Add(Sets, units, s_settings.Outputs);
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _products.ForEach(p =>
        {
            p.Rows.Dispose();
            p.Weights.Dispose();
            p.Slopes.Dispose();
        });
        _x.Dispose();
        _network.Dispose();
        _random.Dispose();
    }

    /// <summary>libtorch's operations.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public void Operations() => Train(vectors: false);

    /// <summary>Vector code.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Vectors() => Train(vectors: true);

    /// <summary>The products of the layers alone: forward, by the input and by the weights.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void LibtorchProducts()
    {
        for (int i = 0; i < Steps; i++)
        {
            foreach ((Tensor rows, Tensor weights, Tensor slopes) in _products)
            {
                rows.mm(weights).Dispose();
                using Tensor across = weights.t(), up = rows.t();
                slopes.mm(across).Dispose();
                up.mm(slopes).Dispose();
            }
        }
    }

    private static (RandomSource Random, DeepSet Network, Observation X) Create()
    {
        RandomSource random = new(RandomKey.FromSeed(5));
        return (
            random,
            new DeepSet(Features, s_settings, random),
            new Observation(random.Normal([Sets, Members, Features]).DetachFromDisposeScope())
        );
    }

    private void Train(bool vectors)
    {
        for (int i = 0; i < Steps; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            _network.Summarise(_x, ForwardPass.WithDropout(_random, needsSecondDerivatives: !vectors)).sum().backward();
        }
    }

    private void AddInvariant(int inputs, int units)
    {
        AddStack(Sets * Members, inputs, units);
        AddStack(Sets, units, units);
    }

    private void AddStack(int rows, int inputs, int units)
    {
        for (int layer = 0; layer < s_settings.Layers; layer++)
        {
            Add(rows, layer == 0 ? inputs : units, units);
        }
    }

    private void Add(int rows, int inputs, int outputs) =>
        _products.Add(
            (
                randn(rows, inputs).DetachFromDisposeScope(),
                randn(inputs, outputs).DetachFromDisposeScope(),
                randn(rows, outputs).DetachFromDisposeScope()
            )
        );
}
