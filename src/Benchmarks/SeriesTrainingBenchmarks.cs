using BenchmarkDotNet.Attributes;

namespace Reproduce.Benchmarks;

/// <summary>
/// One training step of every contender of the tumour experiment (batch 64) on one thread, with every point of the profiles as at the
/// paper's scale, or ten averaged to one as in the profiles for two cores.
/// </summary>
[Config(typeof(InProcessConfig))]
public class SeriesTrainingBenchmarks
{
    private const int Steps = 2, Simulations = 64;
    private ExperimentTraining _training = null!;

    /// <summary>Points of the profiles that are averaged to one.</summary>
    [Params(1, 10)]
    public int PointsPerStep { get; set; } = 1;

    /// <summary>The estimator.</summary>
    [Params("acf", "nsf", "fmpe", "cmpe", "npse")]
    public string Contender { get; set; } = "cmpe";

    /// <summary>Makes the data.</summary>
    [GlobalSetup]
    public void Setup() =>
        _training = ExperimentTraining.Prepare(
            "tumor",
            Contender,
            Simulations,
            FormattableString.Invariant($"summary.points_per_step={PointsPerStep}")
        );

    /// <summary>Frees the data.</summary>
    [GlobalCleanup]
    public void Cleanup() => _training.Dispose();

    /// <summary>A step.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public long Step() => _training.Run(Steps);
}
