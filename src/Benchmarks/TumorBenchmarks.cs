using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Reproduce.Compute;
using Reproduce.Tasks.Tumor;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// One tumour simulation on one core, at the default parameters and averaged over the prior, beside a 64x256x256 float32 product of
/// libtorch: the ratio of the two is comparable between machines. The original program takes 10.3 s at the default parameters and
/// 3.1 s on average over the prior where the product takes 99 us.
/// </summary>
[Config(typeof(InProcess))]
[MemoryDiagnoser]
public class TumorBenchmarks
{
    // Short invocations with the minimum beside the mean: on a shared machine only minima mean something.
    private const int Products = 100;
    private const int DefaultRuns = 4;
    private const int PriorRuns = 300;
    private readonly TumorParameters[] _draws = new TumorParameters[PriorRuns];
    private readonly TumorSimulator _simulator = new();
    private readonly TumorOutput _output = new();
    private readonly RandomKey _key = RandomKey.FromSeed(1).Child("benchmark");
    private Tensor _left = null!;
    private Tensor _right = null!;

    [GlobalSetup]
    public void Setup()
    {
        NativeBackend.EnsureLoaded();
        set_num_threads(1);
        _left = ones(64, 256);
        _right = ones(256, 256);
        using var random = new RandomSource(_key);
        using Tensor theta = new TumorSpheroidTask().SamplePrior(PriorRuns, random);
        float[] values = theta.data<float>().ToArray();
        for (int i = 0; i < PriorRuns; i++)
        {
            double[] exponents = [.. values.Skip(i * TumorParameters.Count).Take(TumorParameters.Count).Select(v => (double)v)];
            _draws[i] = TumorParameters.FromLog10(exponents);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _left.Dispose();
        _right.Dispose();
    }

    [Benchmark(Baseline = true, Description = "libtorch 64x256x256 product", OperationsPerInvoke = Products)]
    public void LibtorchProduct()
    {
        for (int i = 0; i < Products; i++)
        {
            _left.mm(_right).Dispose();
        }
    }

    [Benchmark(Description = "simulation, default parameters", OperationsPerInvoke = DefaultRuns)]
    public void Default()
    {
        for (int i = 0; i < DefaultRuns; i++)
        {
            _simulator.Run(TumorParameters.Default, _key.Child(i), _output);
        }
    }

    [Benchmark(Description = "simulation, mean of prior draws", OperationsPerInvoke = PriorRuns)]
    public void Prior()
    {
        for (int i = 0; i < PriorRuns; i++)
        {
            _simulator.Run(_draws[i], _key.Child(i), _output);
        }
    }

    // In the process: a generated project would copy libtorch for every job.
    private sealed class InProcess : ManualConfig
    {
        public InProcess()
        {
            AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                .WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(10).WithIterationCount(20));
            AddColumn(StatisticColumn.Min);
        }
    }
}
