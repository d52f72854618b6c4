using BenchmarkDotNet.Attributes;

namespace Reproduce.Benchmarks;

/// <inheritdoc/>
/// <remarks>Not in the nightly: half of a round's time for the pass that 30 steps measure, too.</remarks>
[Config(typeof(InProcessConfig))]
public class LongSamplingBenchmarks : SamplingMethods
{
    /// <inheritdoc/>
    [Params("fmpe-1000")]
    public override string Setting { get; set; } = "fmpe-1000";
}
