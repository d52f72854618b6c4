namespace Reproduce.Reporting;

/// <summary>
/// What a nightly watches of the benchmarks: the time of every method over that of its floor. The floor is the method of the same class,
/// with the same parameters, whose name begins with "Libtorch": the least that libtorch needs for the matrix products inside.
/// </summary>
/// <remarks>
/// A night measures every class in several rounds, spread over its hours; a report is a round. Whatever else runs on a machine makes times
/// longer, never shorter: a round's ratio is that of the shortest times, taken minutes apart. The night's is the median of the rounds',
/// which two busy ones of five do not reach, and their scatter says how well it is known.
/// </remarks>
public static class BenchmarkReports
{
    /// <summary>How the files end that BenchmarkDotNet's full JSON exporter writes.</summary>
    public const string Ending = "-report-full.json";

    // Of normal noise, the standard error of a median over that of a mean.
    private const double MedianOverMean = 1.2533;

    /// <summary>Reads reports, several of the same benchmark as one.</summary>
    /// <param name="files">Files that end with <see cref="Ending"/>.</param>
    /// <exception cref="MalformedTableException">A file is not such a report, or a benchmark has no floor.</exception>
    public static IReadOnlyList<NightlyEntry> Read(IEnumerable<string> files)
    {
        BenchmarkTimes[] times = [.. files.SelectMany(BenchmarkTimes.Read)];
        return
        [
            .. from all in times
                .GroupBy(t => (t.Type, t.Parameters))
                .OrderBy(g => g.Key.Type, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Parameters, StringComparer.Ordinal)
            let floor = all.Where(t => t.IsFloor).ToArray()
            from method in all.Where(t => !t.IsFloor).GroupBy(t => t.Method)
            select Entry(method.ToArray(), floor),
        ];
    }

    private static NightlyEntry Entry(BenchmarkTimes[] method, BenchmarkTimes[] floor)
    {
        BenchmarkTimes first = method[0];
        if (floor.Length == 0)
        {
            throw new MalformedTableException(
                first.File,
                1,
                null,
                $"{first.Type}.{first.Method} has no floor; expected a method of the class whose name begins with "
                    + $"'{BenchmarkTimes.FloorPrefix}'"
            );
        }

        string? hole = method.All(t => t.Nanoseconds.Length == 0) ? "the benchmark has no times"
            : floor.All(t => t.Nanoseconds.Length == 0) ? "its floor has no times"
            : null;
        double[] rounds =
        [
            .. from own in method
               join least in floor on own.File equals least.File
               where own.Nanoseconds.Length > 0 && least.Nanoseconds.Length > 0
               select own.Nanoseconds.Min() / least.Nanoseconds.Min(),
        ];
        hole ??= rounds.Length == 0 ? "no round has both its times and its floor's" : null;
        return new NightlyEntry
        {
            Kind = NightlyKind.Speed,
            Source = first.Type,
            Setting = first.Parameters.Length == 0 ? first.Method : $"{first.Parameters}, {first.Method}",
            Metric = $"ratio to {floor[0].Method}",
            Value = hole is null ? SampleStatistics.Quantile(rounds, 0.5) : double.NaN,
            StandardError = MedianOverMean * (SampleStatistics.StandardError(rounds) ?? 0),
            Values = rounds,
            Hole = hole,
        };
    }
}
