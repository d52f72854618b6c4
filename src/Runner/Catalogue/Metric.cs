using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;

namespace Reproduce.Runner.Catalogue;

/// <summary>A metric: how it is written, for which tasks it is, and how it is computed from draws.</summary>
public sealed record Metric
{
    /// <summary>Name, label, unit, format and direction.</summary>
    public required MetricStyle Style { get; init; }

    /// <summary>
    /// Raised by hand when other numbers are computed from the same draws; what is stored of an earlier version is computed anew.
    /// </summary>
    public int Version { get; init; } = 1;

    /// <summary>Whether a task's draws have this metric; of every task when not given.</summary>
    public Func<TaskDescription, TestSettings, bool> AppliesTo { get; init; } = (_, _) => true;

    /// <summary>The arrays that are stored of it, by name; the one with the metric's name holds a number for each test data set.</summary>
    public required Func<ScoreInputs, IReadOnlyDictionary<string, double[]>> Compute { get; init; }

    /// <summary>The measurements that the stored arrays hold, each for one test data set or, without one, for all of them.</summary>
    public required Func<IReadOnlyDictionary<string, double[]>, IEnumerable<(string Name, int? DataSet, double Value)>> Rows { get; init; }

    /// <summary>An array that is there wherever the metric was stored.</summary>
    public required string Array { get; init; }

    /// <summary>Name of the file in a score's folder.</summary>
    public string File => $"{Style.Name}.v{Version}.npz";

    /// <summary>A metric with a number for each test data set.</summary>
    /// <param name="name">Name, as <see cref="MetricStyle"/> knows it.</param>
    /// <param name="compute">The numbers, [J].</param>
    public static Metric PerDataSet(string name, Func<ScoreInputs, IEnumerable<double>> compute) => new()
    {
        Style = MetricStyle.Of(name),
        Array = name,
        Compute = inputs => new Dictionary<string, double[]> { [name] = [.. compute(inputs)] },
        Rows = arrays => arrays[name].Select((value, j) => (name, (int?)j, value)),
    };

    /// <summary>A metric with a single number for all test data sets, made of one that is stored for each.</summary>
    /// <param name="name">Name, as <see cref="MetricStyle"/> knows it.</param>
    /// <param name="compute">The numbers that are stored, [J].</param>
    /// <param name="summarise">The metric's number, of the stored ones.</param>
    public static Metric OfAll(string name, Func<ScoreInputs, double[]> compute, Func<double[], double> summarise) => new()
    {
        Style = MetricStyle.Of(name),
        Array = name,
        Compute = inputs => new Dictionary<string, double[]> { [name] = compute(inputs) },
        Rows = arrays => [(name, null, summarise(arrays[name]))],
    };
}
