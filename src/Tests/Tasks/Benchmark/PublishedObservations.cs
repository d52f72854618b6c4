using System.Globalization;
using NUnit.Framework;

namespace Reproduce.Tests.Tasks.Benchmark;

/// <summary>What sbibm has published of single observations (src/Tests/Data/sbibm).</summary>
internal static class PublishedObservations
{
    private static readonly string s_path =
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "sbibm", "observations.csv");

    /// <summary>Tasks with the numbers of their observations.</summary>
    public static IEnumerable<(string Task, int Observation)> All =>
        File.ReadLines(s_path).Skip(1).Select(line => line.Split(',')).Select(w => (w[0], int.Parse(w[1], CultureInfo.InvariantCulture)))
            .Distinct();

    /// <summary>A quantity: "x", "theta", or "mean" and "sd" of the reference draws.</summary>
    public static double[] Of(string task, int observation, string quantity)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"{task},{observation},{quantity},");
        string line = File.ReadLines(s_path).Single(text => text.StartsWith(start, StringComparison.Ordinal));
        return [.. line[start.Length..].Split(',').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }
}
