using BenchmarkDotNet.Attributes;
using Reproduce.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// C2ST of 100 test sets, 4000 against 4000 draws, D = 2, by the paper's protocol. All numbers are per test set.
/// </summary>
/// <remarks>
/// The one-at-a-time training sees the first 5 of the same test sets: it is too slow for all, and its time is proportional to their
/// number.
/// </remarks>
[Config(typeof(InProcessConfig))]
public class C2stBenchmarks : C2stDraws
{
    private const int Sets = 100, SetsOneAtATime = 5, Count = 4000, Dimensions = 2;
    private readonly C2stSettings _options = new();

    /// <summary>Makes the draws.</summary>
    [GlobalSetup]
    public void Setup() => Make(Sets, Count, Dimensions, Environment.ProcessorCount);

    /// <summary>The baseline: one classifier after the other, with as many native threads as there are cores.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = SetsOneAtATime)]
    public double OneAtATime()
    {
        using DisposeScope scope = NewDisposeScope();
        var shape = new NetworkShape(Dimensions, _options.HiddenPerDimension * Dimensions);
        double sum = 0;
        for (int j = 0; j < SetsOneAtATime; j++)
        {
            Tensor reference = Reference.select(0, j);
            Tensor pool = (cat([reference, Draws.select(0, j)], 0) - reference.mean([0])) / reference.std(0, unbiased: false);
            sum += Classifier.Plan(j, 2 * Count, _options, s_key.Child(j)).Sum(c => C2stOneAtATime.Score(c, pool, Count, shape, _options));
        }

        return sum / SetsOneAtATime;
    }

    /// <summary>
    /// The floor: the products with one classifier's hidden weights (forward, by the input, by the weights), 100 times over all draws, on
    /// all cores.
    /// </summary>
    [Benchmark(OperationsPerInvoke = SetsOneAtATime)]
    [BenchmarkCategory(NightlyBenchmarks.Category)]
    public void LibtorchProducts()
    {
        int hidden = _options.HiddenPerDimension * Dimensions, products = 3 * 100 * 2 * Count / _options.BatchSize;
        Parallel.For(0, SetsOneAtATime, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, _ =>
        {
            set_num_threads(1);
            using DisposeScope scope = NewDisposeScope();
            Tensor rows = randn(_options.BatchSize, hidden), weights = randn(hidden, hidden);
            for (int i = 0; i < products; i++)
            {
                rows.mm(weights).Dispose();
            }
        });
    }

    /// <summary>All classifiers as one batched network of tensor operations.</summary>
    [Benchmark(OperationsPerInvoke = Sets)]
    [BenchmarkCategory(NightlyBenchmarks.Category)]
    public double TensorEngine() => C2st.Score(Draws, Reference, _options with { Engine = C2stEngine.Tensor }, s_key).Average();

    /// <summary>One classifier per core in vector code.</summary>
    [Benchmark(OperationsPerInvoke = Sets)]
    [BenchmarkCategory(NightlyBenchmarks.Category)]
    public double VectorEngine() => C2st.Score(Draws, Reference, _options with { Engine = C2stEngine.Vector }, s_key).Average();
}
