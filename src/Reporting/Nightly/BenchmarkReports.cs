namespace Reproduce.Reporting;

/// <summary>
/// What a nightly watches of the benchmarks: the time of every method over that of its floor. The floor is the method of the same class,
/// with the same parameters, whose name begins with "Libtorch": the least that libtorch needs for the matrix products inside.
/// </summary>
/// <remarks>
/// Whatever else runs on a machine makes times longer, never shorter. The ratio is therefore that of the shortest times, over all
/// iterations of all reports of a benchmark: a nightly measures twice, hours apart, and one quiet moment of each method is enough.
/// </remarks>
public static class BenchmarkReports
{
    /// <summary>How the files end that BenchmarkDotNet's full JSON exporter writes.</summary>
    public const string Ending = "-report-full.json";

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

        double[] own = [.. method.SelectMany(t => t.Nanoseconds)], least = [.. floor.SelectMany(t => t.Nanoseconds)];
        string? hole = own.Length == 0 ? "the benchmark has no times" : least.Length == 0 ? "its floor has no times" : null;
        double ratio = hole is null ? own.Min() / least.Min() : double.NaN;
        return new NightlyEntry
        {
            Kind = NightlyKind.Speed,
            Source = first.Type,
            Setting = first.Parameters.Length == 0 ? first.Method : $"{first.Parameters}, {first.Method}",
            Metric = $"ratio to {floor[0].Method}",
            Value = ratio,
            StandardError = hole is null ? ratio * Math.Sqrt(Math.Pow(Spread(own), 2) + Math.Pow(Spread(least), 2)) : 0,
            Hole = hole,
        };
    }

    // How well the shortest time is known: where the next ones are. A standard error of the mean would count the noise that the shortest
    // times are there to avoid.
    private static double Spread(double[] times) => SampleStatistics.Quantile(times, 0.25) / times.Min() - 1;
}
