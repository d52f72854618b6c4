using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Reproduce.Benchmarks;

/// <summary>
/// Benchmarks inside of this process: a generated project per benchmark would copy half a gigabyte of native libraries each time.
/// </summary>
public class InProcessConfig : ManualConfig
{
    /// <summary>A few long iterations of one call each.</summary>
    public InProcessConfig() => AddJob(
        Job.Default.WithToolchain(new InProcessEmitToolchain(TimeSpan.FromHours(1), logOutput: true))
            .WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(2).WithIterationCount(7));
}
