using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;

namespace Reproduce.Tests.Reporting;

/// <summary>Results of plausible shape, made by formulas: no test of this room needs a trained network.</summary>
internal static class SyntheticResults
{
    public static readonly int[] Steps = [1, 2, 5, 7, 8, 10, 20, 30, 40, 50, 100];

    /// <summary>Contenders that are named as their kinds.</summary>
    public static readonly ContenderStyles Styles = ReportStyles.Of([]);

    public static MeasurementTable Experiment(string name, int[] budgets, int dataSets)
    {
        var rows = new List<Measurement>();
        foreach (int budget in budgets)
        {
            double help = 0.06 * Math.Log2(budget / 512.0) / 4;
            Add(rows, name, budget, "acf", 1, 0.80 - help, 0.004, dataSets);
            Add(rows, name, budget, "nsf", 1, 0.74 - help, 0.012, dataSets);
            foreach (int steps in Steps)
            {
                Add(rows, name, budget, "cmpe", steps, Cmpe(steps) - help, 0.0011 * steps, dataSets);
            }

            foreach (int steps in Steps.Append(1000))
            {
                Add(rows, name, budget, "fmpe", steps, Fmpe(steps) - help, 0.0009 * steps, dataSets);
            }
        }
        foreach (string metric in new[] { "c2st", "mmd2", "mmd2_unbiased" })
        {
            for (int j = 0; j < dataSets; j++)
            {
                rows.Add(Row(name, budgets[0], "reference", 1, metric, metric == "c2st" ? 0.5 + 0.002 * Math.Sin(j) : 0.0001, j));
            }
        }

        return new MeasurementTable(rows);
    }

    public static Measurement Row(
        string experiment,
        int budget,
        string contender,
        int steps,
        string metric,
        double value,
        int? dataSet,
        int replicate = 0,
        string status = "ok"
    ) =>
        new()
        {
            Experiment = experiment,
            Variant = "paper",
            Contender = contender,
            Method = contender == Measurement.Reference ? "" : contender,
            Budget = budget,
            Replicate = replicate,
            Steps = steps,
            DataSet = dataSet,
            Metric = metric,
            Value = status == "ok" ? value : double.NaN,
            Status = status,
        };

    /// <summary>A number of the paper.</summary>
    public static PublishedResult Published(
        string source, string experiment, int? budget, string contender, int steps, string metric, double value) => new()
        {
            Source = source,
            Experiment = experiment,
            Network = "",
            Budget = budget,
            Contender = contender,
            Steps = steps,
            Metric = metric,
            Value = value,
        };

    private static double Cmpe(int steps) => 0.60 + 0.11 / steps + 0.0009 * steps;

    private static double Fmpe(int steps) => 0.64 + 0.30 / steps;

    private static void Add(
        List<Measurement> rows,
        string name,
        int budget,
        string contender,
        int steps,
        double c2st,
        double seconds,
        int dataSets
    )
    {
        for (int j = 0; j < dataSets; j++)
        {
            double wobble = 0.05 * Math.Sin(1.7 * j + steps) + 0.02 * Math.Cos(5.3 * j);
            rows.Add(Row(name, budget, contender, steps, "c2st", Math.Max(0.5, c2st + wobble), j));
            rows.Add(Row(name, budget, contender, steps, "mmd2", Math.Max(0, c2st - 0.5 + wobble) / 10, j));
            rows.Add(Row(name, budget, contender, steps, "mmd2_unbiased", (c2st - 0.5 + wobble) / 10 - 0.0005, j));
            rows.Add(Row(name, budget, contender, steps, "rmse", c2st + wobble, j));
        }
        rows.Add(Row(name, budget, contender, steps, "ece_max", (c2st - 0.5) / 3, null));
        rows.Add(Row(name, budget, contender, steps, "seconds_per_1000_draws", seconds, null));
    }
}
