using System.Text.Json;

namespace Reproduce.Reporting;

/// <summary>The times of one benchmark in a report of BenchmarkDotNet's.</summary>
/// <param name="File">The report.</param>
/// <param name="Type">The class.</param>
/// <param name="Method">The method.</param>
/// <param name="Parameters">The values of its parameters, joined by commas; empty without any.</param>
/// <param name="Nanoseconds">The time of each iteration; empty when it failed.</param>
internal sealed record BenchmarkTimes(string File, string Type, string Method, string Parameters, double[] Nanoseconds)
{
    /// <summary>How the name of a method begins that is a floor for the others of its class.</summary>
    public const string FloorPrefix = "Libtorch";

    /// <summary>Whether the benchmark is a floor.</summary>
    public bool IsFloor => Method.StartsWith(FloorPrefix, StringComparison.Ordinal);

    /// <summary>Reads a report.</summary>
    /// <param name="path">A file that ends with <see cref="BenchmarkReports.Ending"/>.</param>
    /// <exception cref="MalformedTableException">The file is not such a report.</exception>
    public static IReadOnlyList<BenchmarkTimes> Read(string path)
    {
        try
        {
            using JsonDocument report = JsonDocument.Parse(System.IO.File.ReadAllText(path));
            return [.. report.RootElement.GetProperty("Benchmarks").EnumerateArray().Select(b => Of(path, b))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new MalformedTableException(path, 1, null, $"expected a report of BenchmarkDotNet's full JSON exporter: {e.Message}");
        }
    }

    private static BenchmarkTimes Of(string file, JsonElement benchmark)
    {
        bool isMeasured = benchmark.GetProperty("Statistics") is { ValueKind: JsonValueKind.Object };
        string parameters = benchmark.GetProperty(nameof(Parameters)).GetString() ?? "";
        return new BenchmarkTimes(
            file,
            benchmark.GetProperty(nameof(Type)).GetString()!,
            benchmark.GetProperty(nameof(Method)).GetString()!,
            // "Contender=cmpe&Steps=10": the values say enough.
            string.Join(", ", parameters.Split('&').Select(p => p[(p.IndexOf('=', StringComparison.Ordinal) + 1)..])),
            isMeasured
                ? [.. benchmark.GetProperty("Statistics").GetProperty("OriginalValues").EnumerateArray().Select(v => v.GetDouble())]
                : []);
    }
}
