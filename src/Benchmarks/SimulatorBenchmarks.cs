using BenchmarkDotNet.Attributes;
using Reproduce.Compute;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>The low-dimensional simulators and their exact posteriors, per 1000 simulations and per 1000 draws, on all cores.</summary>
[Config(typeof(InProcessConfig))]
public class SimulatorBenchmarks
{
    private const int Thousands = 100, DataSets = 25, Draws = 4000;
    private ITask _task = null!;
    private Tensor _theta = null!;
    private Observation _observed = null!;

    /// <summary>The inference problem.</summary>
    [Params("gaussian mixture", "two moons", "kinematics")]
    public string Task { get; set; } = "two moons";

    /// <summary>Draws parameters and observations.</summary>
    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(Environment.ProcessorCount);
        _task = Task switch
        {
            "gaussian mixture" => new GaussianMixtureTask(),
            "two moons" => new TwoMoonsTask(),
            _ => new KinematicsTask(),
        };
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(RandomKey.FromSeed(1));
        _theta = _task.SamplePrior(Thousands * 1000, random).DetachFromDisposeScope();
        _observed = _task.Simulate(_theta.narrow(0, 0, DataSets), random).DetachFromDisposeScope();
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _theta.Dispose();
        _observed.Dispose();
    }

    /// <summary>The simulator.</summary>
    [Benchmark(OperationsPerInvoke = Thousands)]
    public void Simulate()
    {
        using var random = new RandomSource(RandomKey.FromSeed(2));
        _task.Simulate(_theta, random).Dispose();
    }

    /// <summary>Draws from the exact posterior of 25 observations.</summary>
    [Benchmark(OperationsPerInvoke = Thousands)]
    public void ExactPosterior() => ((IReferencePosterior)_task).Sample(_observed, Draws, RandomKey.FromSeed(3)).Dispose();
}
