using BenchmarkDotNet.Attributes;
using Reproduce.Evaluation;

namespace Reproduce.Benchmarks;

/// <summary>
/// Classifiers of the sizes that the experiments have, in vector code on one core: 1000 draws against 1000 of nearly the same
/// distribution. Times are per epoch of one classifier.
/// </summary>
[Config(typeof(InProcessConfig))]
public class C2stShapeBenchmarks : C2stDraws
{
    private const int Sets = 10, Count = 1000, Epochs = 100;

    /// <summary>Dimensions of the draws.</summary>
    [Params(2, 4, 5, 10)]
    public int Dimensions { get; set; }

    /// <summary>Hidden units for each dimension: 16 in the paper's protocol, 10 in sbibm's.</summary>
    [Params(16, 10)]
    public int Units { get; set; }

    /// <summary>Makes the draws.</summary>
    [GlobalSetup]
    public void Setup() => Make(Sets, Count, Dimensions, threads: 1);

    /// <summary>One classifier after the other; none may stop before the last epoch.</summary>
    [Benchmark(OperationsPerInvoke = Sets * Epochs)]
    public double Epoch() => C2st.Score(
        Draws, Reference,
        new C2stSettings
        {
            HiddenPerDimension = Units,
            Engine = C2stEngine.Vector,
            Threads = 1,
            MaxEpochs = Epochs,
            Patience = Epochs,
        },
        s_key).Average();
}
