namespace Reproduce.Reporting;

/// <summary>What a benchmark of one commit takes of the time of another's, over rounds in which both were run next to each other.</summary>
/// <param name="Name">Class, parameters and method.</param>
/// <param name="First">Median time of the first, seconds.</param>
/// <param name="Second">Median time of the second, seconds.</param>
/// <param name="Ratio">Second over first: the geometric mean of the rounds' ratios.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Rounds">Rounds in which both have times.</param>
public sealed record BenchmarkRatio(string Name, double First, double Second, double Ratio, double Low, double High, int Rounds)
{
    /// <summary>"slower", "faster", or "undecided" where the interval holds 1.</summary>
    public string Verdict => Low > 1 ? "slower" : High < 1 ? "faster" : "undecided";

    /// <summary>Compares two commits.</summary>
    /// <remarks>
    /// A round's ratio is that of the medians over its iterations; whatever slows the machine for minutes slows both. The interval is
    /// Student's of the logarithms over rounds.
    /// </remarks>
    /// <param name="rounds">The reports of the first and of the second, by round; at least two rounds.</param>
    /// <returns>The benchmarks that both have times of in two rounds or more, by name.</returns>
    /// <exception cref="MalformedTableException">A file is not a report.</exception>
    public static IReadOnlyList<BenchmarkRatio> Of(IReadOnlyList<(IReadOnlyList<string> First, IReadOnlyList<string> Second)> rounds)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        (Dictionary<string, double> First, Dictionary<string, double> Second)[] medians =
            [.. rounds.Select(r => (Medians(r.First), Medians(r.Second)))];
        return
        [
            .. from name in medians.SelectMany(m => m.First.Keys).Distinct().Order(StringComparer.Ordinal)
               let both = medians.Where(m => m.First.ContainsKey(name) && m.Second.ContainsKey(name))
                   .Select(m => (First: m.First[name], Second: m.Second[name])).ToArray()
               where both.Length > 1
               select Of(name, both),
        ];
    }

    private static BenchmarkRatio Of(string name, (double First, double Second)[] rounds)
    {
        double[] logarithms = [.. rounds.Select(r => Math.Log(r.Second / r.First))];
        double mean = logarithms.Average();
        double half = SampleStatistics.StandardError(logarithms)!.Value * VarianceSum.Quantile(0.975, logarithms.Length - 1);
        return new BenchmarkRatio(
            name,
            SampleStatistics.Quantile([.. rounds.Select(r => r.First)], 0.5),
            SampleStatistics.Quantile([.. rounds.Select(r => r.Second)], 0.5),
            Math.Exp(mean), Math.Exp(mean - half), Math.Exp(mean + half), rounds.Length);
    }

    private static Dictionary<string, double> Medians(IReadOnlyList<string> files) => files
        .SelectMany(BenchmarkTimes.Read)
        .Where(t => t.Nanoseconds.Length > 0)
        .GroupBy(t => t.Parameters.Length == 0 ? $"{t.Type}.{t.Method}" : $"{t.Type}.{t.Method} ({t.Parameters})")
        .ToDictionary(g => g.Key, g => SampleStatistics.Quantile([.. g.SelectMany(t => t.Nanoseconds)], 0.5) * 1e-9);
}
