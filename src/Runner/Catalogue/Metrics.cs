using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Catalogue;

/// <summary>
/// The metrics, in the order of tables. A new one is an entry here and its style in <see cref="MetricStyle"/>: scores in the cache get it
/// at the next run, from the draws that are there.
/// </summary>
public static class Metrics
{
    /// <summary>Expected calibration error of each parameter, with the ranks and the recovery that figures show.</summary>
    public static Metric Calibration { get; } = new()
    {
        Style = MetricStyle.Of(MetricStyle.MaxEce),
        Array = "ece",
        AppliesTo = FewParameters,
        Compute = CalibrationOf,
        Rows = arrays => arrays["ece"]
            .Select((error, d) => ($"{MetricStyle.ParameterEce}{d + 1}", (int?)null, error))
            .Append((MetricStyle.MaxEce, null, arrays["ece"].Max())),
    };

    /// <summary>Contraction of each parameter that varies, and their mean.</summary>
    public static Metric Contraction { get; } = new()
    {
        Style = MetricStyle.Of(MetricStyle.Contraction),
        Array = MetricStyle.Contraction,
        AppliesTo = ShowsContraction,
        Compute = inputs => new Dictionary<string, double[]>
        {
            [MetricStyle.Contraction] = Evaluation.Contraction.PerParameter(inputs.Draws, inputs.TruthOfDraws),
        },
        Rows = arrays => arrays[MetricStyle.Contraction]
            .Select((value, d) => ($"contraction_{d + 1}", (int?)null, value))
            .Where(row => double.IsFinite(row.value))
            .Append((MetricStyle.Contraction, null, Evaluation.Contraction.MeanOfKnown(arrays[MetricStyle.Contraction]))),
    };

    /// <summary>All metrics.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        Metric.PerDataSet(MetricStyle.C2st, i => C2st.Score(
            i.Draws.to(i.Device),
            i.Reference!.to(i.Device),
            i.Settings.C2st with { Threads = i.Threads },
            i.Key,
            i.Progress,
            i.Cancel)) with
        {
            AppliesTo = (task, _) => task.Reference is not null,
        },
        Metric.PerDataSet(MetricStyle.Mmd2, i => i.Discrepancies.Select(d => d.Biased)) with { AppliesTo = HasDiscrepancy },
        Metric.PerDataSet(MetricStyle.Mmd2Unbiased, i => i.Discrepancies.Select(d => d.Unbiased)) with { AppliesTo = HasDiscrepancy },
        Metric.PerDataSet(MetricStyle.Rmse, i => RootMeanSquareError.PerDataSet(i.Draws, i.TruthOfDraws)),
        Metric.PerDataSet(
            MetricStyle.ScaledError,
            i => MeanAbsoluteError.PerDataSet(i.Draws, i.TruthOfDraws).Select(e => e / i.Task.ErrorScale!.Value)) with
        {
            AppliesTo = (task, _) => task.ErrorScale is not null,
        },
        Calibration,
        Metric.OfAll(
            MetricStyle.Tarp, i => Tarp.Credibilities(i.Draws, i.TruthOfDraws, i.Key.Child("tarp")), Tarp.LargestDifference) with
        {
            AppliesTo = FewParameters,
        },
        Contraction,
        Metric.OfAll(
            MetricStyle.ZScore,
            i => Evaluation.Contraction.ZScores(i.Draws, i.TruthOfDraws),
            scores => Math.Sqrt(Evaluation.Contraction.MeanOfKnown(scores.Select(z => z * z)))) with
        {
            AppliesTo = ShowsContraction,
        },
        Metric.PerDataSet(MetricStyle.ResimulationError, MedianResimulationError) with
        {
            AppliesTo = (task, _) => task.Resimulation is not null,
        },
    ];

    /// <summary>The times.</summary>
    public static IReadOnlyList<TimeMetric> Times { get; } =
    [
        new(MetricStyle.Of(MetricStyle.Seconds), _ => true, (seconds, test) => seconds / test.DataSets / (test.Draws / 1000.0)),

        // The published script of the other error tells the time of all draws too.
        new(MetricStyle.Of(MetricStyle.TotalSeconds), task => task.ErrorScale is not null, (seconds, _) => seconds),
    ];

    /// <summary>The metrics of a task's draws.</summary>
    /// <param name="task">What the task offers.</param>
    /// <param name="test">The size of the test.</param>
    public static IReadOnlyList<Metric> Of(TaskDescription task, TestSettings test) => [.. All.Where(m => m.AppliesTo(task, test))];

    /// <summary>How a task's metrics and times are written, in the order of tables.</summary>
    /// <param name="task">What the task offers.</param>
    /// <param name="test">The size of the test.</param>
    /// <param name="contenders">The contenders, of which some may have passes that are counted.</param>
    public static IReadOnlyList<MetricStyle> StylesOf(TaskDescription task, TestSettings test, IEnumerable<ContenderSettings> contenders) =>
    [
        .. Of(task, test).Select(m => m.Style),
        .. Times.Where(t => t.AppliesTo(task)).Select(t => t.Style),
        .. contenders.Any(c => c.HasAdaptiveSteps) ? [MetricStyle.Of(MetricStyle.Passes)] : Array.Empty<MetricStyle>(),
    ];

    private static bool HasDiscrepancy(TaskDescription task, TestSettings test) =>
        task.Reference is not null || test.MarginalDataSets is not null;

    // Of every parameter by itself: too many numbers to read when the parameters are pixels.
    private static bool FewParameters(TaskDescription task, TestSettings test) => task.Images is null;

    // One test data set has no variance of the prior to compare with.
    private static bool ShowsContraction(TaskDescription task, TestSettings test) => task.ShowsContraction && test.DataSets > 1;

    private static Dictionary<string, double[]> CalibrationOf(ScoreInputs inputs)
    {
        Tensor truth = inputs.TruthOfDraws;
        Dictionary<string, double[]> arrays = new()
        {
            ["ece"] = Evaluation.Calibration.ExpectedCalibrationError(inputs.Draws, truth).PerParameter,
        };
        double[][] ranks = Evaluation.Calibration.Ranks(inputs.Draws, truth, inputs.Key.Child("ranks"));
        Recovery[] recovery = Evaluation.Calibration.Recover(inputs.Draws, truth);
        for (int d = 0; d < ranks.Length; d++)
        {
            arrays[$"rank_{d}"] = ranks[d];
            arrays[$"truth_{d}"] = recovery[d].Truth;
            arrays[$"median_{d}"] = recovery[d].Median;
            arrays[$"low_{d}"] = recovery[d].Low;
            arrays[$"high_{d}"] = recovery[d].High;
        }

        return arrays;
    }

    // The median over draws: one draw far away says little about a posterior whose tails are long.
    private static double[] MedianResimulationError(ScoreInputs inputs)
    {
        Tensor errors = inputs.Task.Resimulation!.ResimulationError(inputs.Draws, inputs.X);
        Tensor median = errors.sort(1).Values.select(1, inputs.Draws.shape[1] / 2);
        return median.to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }
}
