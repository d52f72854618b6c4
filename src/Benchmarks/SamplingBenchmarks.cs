using BenchmarkDotNet.Attributes;

namespace Reproduce.Benchmarks;

/// <inheritdoc/>
[Config(typeof(InProcessConfig))]
[BenchmarkCategory(NightlyBenchmarks.Category)]
public class SamplingBenchmarks : SamplingMethods
{
    /// <inheritdoc/>
    [Params("cmpe-10", "fmpe-30", "npse-30")]
    public override string Setting { get; set; } = "cmpe-10";
}
