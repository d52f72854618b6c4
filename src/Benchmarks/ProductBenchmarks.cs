using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>A product of 256 x 256 weights with 1024 columns on one thread, 134 MFLOP.</summary>
[Config(typeof(InProcessConfig))]
public class ProductBenchmarks
{
    private const int Size = 256,
        Rows = 1024,
        Repeats = 100;
    private readonly float[] _a = GC.AllocateArray<float>(Size * Size, pinned: true),
        _b = GC.AllocateArray<float>(Rows * Size, pinned: true);
    private readonly float[] _c = GC.AllocateArray<float>(Rows * Size, pinned: true);
    private Tensor _rows = null!, _weights = null!, _shortRows = null!, _shortWeights = null!;

    /// <summary>Makes the matrices.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        _rows = randn(Rows, Size).DetachFromDisposeScope();
        _weights = randn(Size, Size).DetachFromDisposeScope();
        _shortRows = _rows.to(ScalarType.BFloat16).DetachFromDisposeScope();
        _shortWeights = _weights.to(ScalarType.BFloat16).DetachFromDisposeScope();
    }

    /// <summary>Frees the matrices.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _rows.Dispose();
        _weights.Dispose();
        _shortRows.Dispose();
        _shortWeights.Dispose();
    }

    /// <summary>libtorch.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    public void Libtorch()
    {
        for (int i = 0; i < Repeats; i++)
        {
            _rows.mm(_weights).Dispose();
        }
    }

    /// <summary>libtorch with numbers of 16 bits (oneDNN), which a network would have to convert to and from besides.</summary>
    [Benchmark(OperationsPerInvoke = Repeats)]
    public void Bfloat16()
    {
        for (int i = 0; i < Repeats; i++)
        {
            _shortRows.mm(_shortWeights).Dispose();
        }
    }

    /// <summary>Panels of 32 columns, one after the other.</summary>
    [Benchmark(OperationsPerInvoke = Repeats)]
    public void Panels()
    {
        const int panel = Size * MatrixProduct.PanelColumns;
        for (int i = 0; i < Repeats; i++)
        {
            for (int at = 0; at < _b.Length; at += panel)
            {
                MatrixProduct.AddTo(_a, Size, 1, _b.AsSpan(at, panel), _c.AsSpan(at, panel), MatrixProduct.PanelColumns, Size, Size);
            }
        }
    }
}
