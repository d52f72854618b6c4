using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// Draws of distributions as far apart as a good posterior is from the true one: in two dimensions the Bayes accuracy is 0.57.
/// </summary>
public abstract class C2stDraws
{
    private protected static readonly RandomKey s_key = RandomKey.FromSeed(1);

    private protected Tensor Draws { get; private set; } = null!;

    private protected Tensor Reference { get; private set; } = null!;

    /// <summary>Frees the draws.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        Draws.Dispose();
        Reference.Dispose();
    }

    private protected void Make(int sets, int count, int dimensions, int threads)
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(threads);
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Reference = random.Normal([sets, count, dimensions]).DetachFromDisposeScope();
        Draws = (random.Normal([sets, count, dimensions]) * 1.2f).DetachFromDisposeScope();
    }
}
