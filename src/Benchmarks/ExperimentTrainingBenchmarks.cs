using BenchmarkDotNet.Attributes;

namespace Reproduce.Benchmarks;

/// <summary>
/// One training step of every contender of the low-dimensional experiments, with the networks and batches of their files, on one thread.
/// </summary>
[Config(typeof(InProcessConfig))]
public class ExperimentTrainingBenchmarks
{
    private const int Steps = 200, Simulations = 1024;
    private ExperimentTraining _training = null!;

    /// <summary>The experiment.</summary>
    [Params("gmm", "two_moons", "kinematics")]
    public string Experiment { get; set; } = "gmm";

    /// <summary>The estimator.</summary>
    [Params("acf", "nsf", "fmpe", "cmpe", "npse")]
    public string Contender { get; set; } = "cmpe";

    /// <summary>Makes the data.</summary>
    [GlobalSetup]
    public void Setup() => _training = ExperimentTraining.Prepare(Experiment, Contender, Simulations);

    /// <summary>Frees the data.</summary>
    [GlobalCleanup]
    public void Cleanup() => _training.Dispose();

    /// <summary>A step.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public long Step() => _training.Run(Steps);
}
