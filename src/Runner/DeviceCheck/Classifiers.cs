using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Evaluation;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>The C2ST of a sweep on a device, beside the CPU's.</summary>
internal static class Classifiers
{
    private const double ScoreLimit = 0.02;
    private const int Draws = 1000;

    /// <summary>Scores the same draws on both.</summary>
    /// <param name="device">The device.</param>
    /// <param name="sets">Test sets.</param>
    public static IEnumerable<CheckRow> Run(Device device, int sets)
    {
        RandomKey key = RandomKey.FromSeed(1).Child("device-check").Child("c2st");
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(key);
        Tensor draws = random.Normal([sets, Draws, 2]), reference = random.Normal([sets, Draws, 2]) * 1.3;
        C2stSettings settings = new() { Threads = Environment.ProcessorCount, MaxEpochs = 50 };
        (double[] here, double slow) = Score(draws, reference, settings);
        (double[] there, double fast) = Score(draws.to(device), reference.to(device), settings with { Engine = C2stEngine.Tensor });
        yield return new CheckRow("C2ST", "mean score", Math.Abs(here.Average() - there.Average()), "", ScoreLimit, $"{sets} test sets");
        yield return new CheckRow("C2ST", "time on the CPU", slow, "s");
        yield return new CheckRow("C2ST", "time on the device", fast, "s");

        (double[] Scores, double Seconds) Score(Tensor one, Tensor two, C2stSettings with)
        {
            Devices.Synchronise(one.device);
            Stopwatch clock = Stopwatch.StartNew();
            double[] scores = C2st.Score(one, two, with, key);
            return (scores, clock.Elapsed.TotalSeconds);
        }
    }
}
