using System.Globalization;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>A parameter setting of the reference runs.</summary>
internal sealed record TumorSetting(int Number, string Name, TumorParameters Parameters);

/// <summary>Mean, standard deviation and 5 % and 95 % quantiles of one output over the replica's runs.</summary>
internal readonly record struct TumorSummary(
    char Lattice,
    int Setting,
    int Column,
    int Runs,
    double Mean,
    double Sd,
    double Q05,
    double Q95
);

/// <summary>
/// Runs of the original program and summaries of its bit-exact replica (src/Tests/Data/tumor), and runs of ours beside them.
/// </summary>
/// <remarks>A run is a row: 20 growth values, then the matrix profile, then the proliferation profile, each by ascending radius.</remarks>
internal static class TumorReferenceData
{
    public const int GrowthColumns = TumorOutput.GrowthPoints;
    public const int Bins = TumorOutput.DefaultBins;
    public const int BinsPerGroup = 10;
    public const int Groups = Bins / BinsPerGroup;
    private static readonly string s_folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "tumor");

    public static TumorSetting[] Settings { get; } =
    [
        .. Rows("settings.csv").Select(c =>
        {
            double[] v = [.. c.Skip(2).Select(Number)];
            return new TumorSetting(Integer(c[0]), c[1], new TumorParameters(v[0], v[1], v[2], v[3], v[4], v[5], v[6]));
        }),
    ];

    /// <summary>The original's runs at a setting: 20 growth values, 30 + 30 means over ten bins.</summary>
    public static double[][] OriginalRuns(int setting) =>
    [
        .. Rows("original_runs.csv.gz")
            .Where(c => Integer(c[0]) == setting)
            .GroupBy(c => c[1])
            .Select(run => run.OrderBy(c => Column(c[2], Integer(c[3]), Groups)).Select(c => Number(c[4])).ToArray()),
    ];

    /// <summary>The replica's summaries: 20 growth values, 300 + 300 bins, at every setting on lattice A and at the default on B.</summary>
    public static TumorSummary[] ReplicaSummaries() =>
        [
            .. Rows("replica_summary.csv.gz")
                .Select(c => new TumorSummary(
                    c[0][0],
                    Integer(c[1]),
                    Column(c[2], Integer(c[3]), Bins),
                    Integer(c[4]),
                    Number(c[5]),
                    Number(c[6]),
                    Number(c[7]),
                    Number(c[9])
                )),
        ];

    /// <summary>Runs of our simulator: 20 growth values, 300 + 300 bins.</summary>
    public static double[][] OurRuns(TumorLattice lattice, TumorSetting setting, int runs)
    {
        var simulator = new TumorSimulator(lattice);
        var output = new TumorOutput();
        RandomKey key = RandomKey.FromSeed(5).Child("tumor-equivalence").Child(setting.Number);
        double[][] rows = new double[runs][];
        for (int i = 0; i < runs; i++)
        {
            simulator.Run(setting.Parameters, key.Child(i), output);
            rows[i] = [.. output.Growth, .. output.Ecm, .. output.Proliferation];
        }

        return rows;
    }

    /// <summary>Replaces the bins by means over ten.</summary>
    public static double[] Grouped(double[] row) =>
    [
        .. row.Take(GrowthColumns),
        .. row.Skip(GrowthColumns).Chunk(BinsPerGroup).Select(bins => bins.Average()),
    ];

    /// <summary>What a column is, for messages.</summary>
    /// <param name="column">Column of a row.</param>
    /// <param name="bins">Entries of each profile in the row.</param>
    public static string Describe(int column, int bins)
    {
        int width = Bins / bins;
        if (column < GrowthColumns)
        {
            return $"growth at {24 * (column + 1)} h";
        }

        int bin = (column - GrowthColumns) % bins * width;
        return $"{(column < GrowthColumns + bins ? "ecm" : "proliferation")} at {bin}{(width > 1 ? $"-{bin + width - 1}" : "")} um";
    }

    private static int Column(string output, int index, int bins) => output switch
    {
        "growth" => index,
        "ecm" => GrowthColumns + index,
        "proliferation" => GrowthColumns + bins + index,
        _ => throw new InvalidDataException($"Unknown output '{output}'."),
    };

    private static IEnumerable<string[]> Rows(string file)
    {
        using Stream stream = File.OpenRead(Path.Combine(s_folder, file));
        using Stream text = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = new StreamReader(text);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return line.Split(',');
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
