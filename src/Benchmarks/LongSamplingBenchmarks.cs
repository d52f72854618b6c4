using BenchmarkDotNet.Attributes;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;

namespace Reproduce.Benchmarks;

/// <inheritdoc/>
/// <remarks>Not in the nightly: half of a round's time for the pass that 30 steps measure, too.</remarks>
[Config(typeof(InProcessConfig))]
public class LongSamplingBenchmarks : SamplingMethods
{
    private IPosteriorEstimator _rounded = null!;

    /// <inheritdoc/>
    [Params("fmpe-1000")]
    public override string Setting { get; set; } = "fmpe-1000";

    /// <summary>Makes the networks and the one that rounds.</summary>
    [GlobalSetup(Target = nameof(Bfloat16))]
    public void SetupRounded()
    {
        Setup();
        _rounded = FreeFormModels.Create(Setting[..4], vectors: true, DrawingPrecision.Bfloat16);
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup(Target = nameof(Bfloat16))]
    public void CleanupRounded()
    {
        Cleanup();
        _rounded.Network.Dispose();
    }

    /// <summary>Products of bfloat16 numbers; of the same numbers in float32 where the processor has no instructions for them.</summary>
    [Benchmark(OperationsPerInvoke = Thousands)]
    public void Bfloat16() => Sample(_rounded);
}
