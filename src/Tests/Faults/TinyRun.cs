using System.Diagnostics;
using System.Security.Cryptography;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>A tiny experiment with every stage in a folder of its own, and the undisturbed run with which others are compared.</summary>
internal sealed class TinyRun : IDisposable
{
    public const string Head = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: gaussian-mixture, points: 4}
        simulations: {budgets: [128], validation: 32}
        test: {data_sets: 2, draws: 200}
        summary: {kind: deep-set, outputs: 2, units: 8}
        sampling: {repeats: 1, threads: 2}
        scores: {c2st: {max_epochs: 3}, mmd: {max_draws: 50}}
        contenders:

        """;

    public const string Acf = """
          acf:
            kind: acf
            flow: {layers: 1, units: 8}
            training: {epochs: 10, batch_size: 32, learning_rate: 1.0e-3}

        """;

    public const string Cmpe = """
          cmpe:
            kind: cmpe
            network: {units: 8, blocks: 1, dropout: 0.1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 100, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1, 3]

        """;

    /// <summary>A contender whose loss becomes NaN.</summary>
    public static string Diverging { get; } = Cmpe.Replace("1.0e-3}", "10, clip_norm: 0}", StringComparison.Ordinal)
        .Replace("s1: 4}", "s1: 4, log_time_deviation: 0.000001, log_time_mean: 1000}", StringComparison.Ordinal);

    public const string Fmpe = """
          fmpe:
            kind: fmpe
            network: {units: 8, blocks: 1}
            training: {epochs: 10, batch_size: 32, learning_rate: 1.0e-3}
            steps: [2]

        """;

    private static readonly Lazy<TinyRun> s_baseline = new(() =>
    {
        TinyRun run = new();
        Stopwatch clock = Stopwatch.StartNew();
        run.Go();
        run.Duration = clock.Elapsed;
        return run;
    });

    private readonly TemporaryFolder _folder = new();

    public TinyRun(params string[] contenders)
    {
        _folder.File("experiments/tiny.yaml", Head + string.Concat(contenders.Length == 0 ? [Acf, Cmpe] : contenders));
    }

    /// <summary>The undisturbed run; made once.</summary>
    public static TinyRun Baseline => s_baseline.Value;

    public static void DisposeBaseline()
    {
        if (s_baseline.IsValueCreated)
        {
            s_baseline.Value.Dispose();
        }
    }

    public string Path => _folder.Path;

    public string Results => System.IO.Path.Combine(Path, "results", "tiny");

    public string Cache => System.IO.Path.Combine(Path, "results", "cache");

    public TimeSpan Duration { get; private set; }

    /// <summary>Every number but times, to the last digit.</summary>
    public string[] Numbers() => NumbersIn(Results);

    /// <summary>The same of a results folder.</summary>
    public static string[] NumbersIn(string results) =>
        [
            .. File.ReadLines(System.IO.Path.Combine(results, "measurements.csv"))
                .Where(l => !l.Contains(MetricStyle.Seconds, StringComparison.Ordinal)),
        ];

    /// <summary>A digest of the weights of every training, by the folder's name.</summary>
    public Dictionary<string, string> Weights() =>
        Directory.EnumerateFiles(System.IO.Path.Combine(Cache, "train"), "weights.npz", SearchOption.AllDirectories)
            .ToDictionary(f => new DirectoryInfo(f).Parent!.Name, f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

    /// <summary>A digest of every file of simulations and failed simulations.</summary>
    public Dictionary<string, string> Simulations() =>
        new DirectoryInfo(System.IO.Path.Combine(Cache, "simulate")).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => !f.Name.StartsWith("stage.", StringComparison.Ordinal))
            .ToDictionary(
                f => $"{f.Directory!.Name}/{f.Name}", f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f.FullName))));

    /// <summary>Starts a run with many checkpoints.</summary>
    public Process Start(string checkpointSeconds = "0.05") =>
        Repository.Start(Path, "experiments/tiny.yaml", "--checkpoint-seconds", checkpointSeconds);

    /// <summary>Runs to the end.</summary>
    public (int ExitCode, string Output, string Errors) Run(params string[] more) =>
        Repository.Run(Path, ["experiments/tiny.yaml", .. more]);

    /// <summary>Runs to the end, which must be a good one.</summary>
    public string Go(params string[] more)
    {
        (int exitCode, string output, string errors) = Run(more);
        return exitCode == ExitCodes.Success ? output : throw new InvalidOperationException($"exit code {exitCode}: {output}{errors}");
    }

    /// <summary>Runs under a shell that sets limits first (Linux).</summary>
    public (int ExitCode, string Output, string Errors) RunLimited(string limits, params string[] more)
    {
        ProcessStartInfo start = new("bash")
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "-c",
            limits + "; exec \"$@\"",
            "bash",
            "dotnet",
            typeof(ExitCodes).Assembly.Location,
            "experiments/tiny.yaml",
            .. more,
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    public void Dispose() => _folder.Dispose();
}
