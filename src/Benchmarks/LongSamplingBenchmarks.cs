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

    /// <inheritdoc/>
    [GlobalSetup]
    public override void Setup()
    {
        base.Setup();
        _rounded = FreeFormModels.Create(Setting[..4], vectors: true, DrawingPrecision.Bfloat16);
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public override void Cleanup()
    {
        base.Cleanup();
        _rounded.Network.Dispose();
    }

    /// <summary>Products of bfloat16 numbers; of the same numbers in float32 where the processor has no instructions for them.</summary>
    [Benchmark(OperationsPerInvoke = Thousands)]
    public void Bfloat16() => Sample(_rounded);
}
