using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// Classifiers of the sizes that the experiments have, in vector code on one core: 1000 draws against 1000 of nearly the same
/// distribution. Times are per epoch of one classifier.
/// </summary>
[Config(typeof(InProcessConfig))]
public class C2stShapeBenchmarks
{
    private const int Sets = 10, Count = 1000, Epochs = 100;
    private static readonly RandomKey s_key = RandomKey.FromSeed(1);
    private Tensor _draws = null!, _reference = null!;

    /// <summary>Dimensions of the draws.</summary>
    [Params(2, 4, 5, 10)]
    public int Dimensions { get; set; }

    /// <summary>Hidden units for each dimension: 16 in the paper's protocol, 10 in sbibm's.</summary>
    [Params(16, 10)]
    public int Units { get; set; }

    /// <summary>Makes the draws.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        _reference = random.Normal([Sets, Count, Dimensions]).DetachFromDisposeScope();
        _draws = (random.Normal([Sets, Count, Dimensions]) * 1.2f).DetachFromDisposeScope();
    }

    /// <summary>Frees the draws.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _draws.Dispose();
        _reference.Dispose();
    }

    /// <summary>One classifier after the other; none may stop before the last epoch.</summary>
    [Benchmark(OperationsPerInvoke = Sets * Epochs)]
    public double Epoch() => C2st.Score(
        _draws, _reference,
        new C2stSettings
        {
            HiddenPerDimension = Units,
            Engine = C2stEngine.Vector,
            Threads = 1,
            MaxEpochs = Epochs,
            Patience = Epochs,
        },
        s_key).Average();
}
