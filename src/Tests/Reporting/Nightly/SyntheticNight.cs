using System.Globalization;
using System.Text.Json;
using Reproduce.Compute;
using Reproduce.Kernels;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Nightly;

/// <summary>
/// A night as another machine would measure it, of the same source: every training is a little better or worse than the baseline's, test
/// sets scatter about that, and the machine is busy at times. No training and no benchmark is run.
/// </summary>
internal sealed class SyntheticNight
{
    public const int DataSets = 20;
    private static readonly MeasurementTable _tree = SyntheticResults.Experiment("gmm", [1024], DataSets);
    private readonly bool _noisy;
    private SplitMix64 _random; // A struct with a state: not readonly.

    /// <param name="seed">Of the noise; null for the night that was made the baseline.</param>
    public SyntheticNight(int? seed) => (_noisy, _random) = (seed is not null, new SplitMix64(RandomKey.FromSeed(seed ?? 0).Value));

    /// <summary>What a change of the source does to a metric of a setting: a factor.</summary>
    public Func<Measurement, double> Change { get; init; } = _ => 1;

    /// <summary>What a change of the source does to the time of "Method contender": a factor.</summary>
    public Func<string, double> Slowdown { get; init; } = _ => 1;

    /// <summary>How much faster or slower the machine is than the baseline's.</summary>
    public double Machine { get; init; } = 1;

    public MeasurementTable Measurements()
    {
        var trainings = new Dictionary<(string, int, string), double>();
        return new MeasurementTable(_tree.Rows.Select(row =>
        {
            (string Contender, int Steps, string Metric) key = (row.Contender, row.Steps, row.Metric);
            if (!trainings.TryGetValue(key, out double training))
            {
                trainings[key] = training = Normal();
            }

            double noise = row.Metric switch
            {
                // A hundredth from training to training, which is more than what variants of the method do to the mixture's C2ST.
                // Per test set: the classifier is tested on 2000 draws, so its accuracy has an error of 0.011, and so has the baseline's.
                "c2st" => 0.01 * training + 0.016 * Normal(),
                // Two different methods on the mixture: 7 % per test set.
                "rmse" => row.Value * (0.015 * training + 0.07 * Normal()),
                "ece_max" => 0.035 * training,
                _ => 0,
            };
            return row with { Value = row.Value * Change(row) + (row.Contender == Measurement.Reference ? 0 : noise) };
        }));
    }

    /// <summary>A report of BenchmarkDotNet, with the parts that are read; seven iterations each.</summary>
    public string BenchmarkReport()
    {
        object[] benchmarks =
        [
            .. from contender in new[] { "cmpe", "fmpe", "npse" }
               from method in new[] { ("Operations", 1300.0), ("Vectors", 800), ("LibtorchProducts", 680) }
               select new
               {
                   Type = "TrainingBenchmarks",
                   Method = method.Item1,
                   Parameters = $"Contender={contender}",
                   Statistics = new { OriginalValues = Times(method.Item2 * Machine * Slowdown($"{method.Item1} {contender}")) },
               },
        ];
        return JsonSerializer.Serialize(new { Benchmarks = benchmarks });
    }

    /// <summary>The folder of a night as scripts/nightly.sh leaves it.</summary>
    public void Write(string folder, string date = "2026-11-24 03:10Z", string processor = "AMD EPYC", string commit = "0123456789ab")
    {
        string experiment = Path.Combine(folder, "gmm");
        Directory.CreateDirectory(experiment);
        MeasurementFile.Write(Measurements(), experiment);
        File.WriteAllText(Path.Combine(experiment, "manifest.json"), $$"""
            {
              "command": "", "profile": "nightly", "finished": "{{date}}",
              "git_commit": "{{commit}}", "processor": "{{processor}}", "cores": 2, "vector_bits": 512, "operating_system": "",
              "runtime": "", "packages": {"TorchSharp": "0.107.0"}, "device": "cpu", "threads": 2, "seed": 1, "wall_seconds": 1, "stage_wall_seconds": {},
              "job_seconds": {}, "peak_memory_bytes": 1
            }
            """);
        foreach (int round in new[] { 1, 2 })
        {
            string reports = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"benchmarks-{round}"), "results");
            Directory.CreateDirectory(reports);
            File.WriteAllText(Path.Combine(reports, "TrainingBenchmarks-report-full.json"), BenchmarkReport());
        }
    }

    // Other work on the machine makes single iterations longer, half of a round by up to a factor of two.
    private double[] Times(double microseconds)
    {
        bool busy = _noisy && Uniform() < 0.5;
        return
        [
            .. Enumerable
                .Range(0, 7)
                .Select(i => 1000 * microseconds * (1 + 0.02 * Math.Abs(Normal())) * (busy && i > 2 ? 1 + Uniform() : 1)),
        ];
    }

    private double Normal() => !_noisy ? 0 : Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    private double Uniform() => _random.NextInt(1 << 30) / (double)(1 << 30);
}
