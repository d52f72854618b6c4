using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Runner.Report;

/// <summary>The figures of an experiment.</summary>
/// <param name="plan">The run.</param>
/// <param name="measurements">What was measured.</param>
/// <param name="published">The paper's numbers.</param>
/// <param name="styles">How the contenders are shown.</param>
public sealed class FigureBook(RunPlan plan, MeasurementTable measurements, PublishedResults published, ContenderStyles styles)
{
    private const int RankBins = 10;
    private const double Coverage = 0.95;
    private const double RecoveryInterval = 0.9;

    /// <summary>The figures for which there is something to show, with the base names of their files.</summary>
    /// <param name="severalBudgets">Whether the report has more than one.</param>
    /// <param name="draws">The draws and losses that can be shown.</param>
    public IReadOnlyList<ReportFigure> Create(bool severalBudgets, DrawsAtHand draws)
    {
        List<ReportFigure> figures = [];
        Experiment experiment = plan.Experiment;
        if (plan.Reference is not null)
        {
            foreach (int budget in BudgetsWithSweep())
            {
                string suffix = severalBudgets ? $"_{budget}" : "";
                QualityPanel panel = new()
                {
                    Experiment = experiment.Name,
                    Title = severalBudgets ? $"{experiment.Title}, {budget} simulations" : experiment.Title,
                    Variant = plan.Variant,
                    Styles = styles,
                    Budget = budget,
                };
                if (IsTimed(budget))
                {
                    Figure byTime = QualityFigures.AgainstTime(measurements, published, [panel]);
                    figures.Add(new ReportFigure($"c2st_vs_time{suffix}", byTime, FromTable: true));
                }

                figures.Add(
                    new ReportFigure(
                        $"c2st_vs_steps{suffix}",
                        QualityFigures.AgainstSteps(measurements, published, [panel]),
                        FromTable: true
                    )
                );
            }

            if (severalBudgets)
            {
                QualityPanel panel = new()
                {
                    Experiment = experiment.Name,
                    Title = experiment.Title,
                    Variant = plan.Variant,
                    Styles = styles,
                };
                if (BudgetFigure.IsMeasured(measurements, panel))
                {
                    figures.Add(
                        new ReportFigure("c2st_vs_budget", BudgetFigure.Create(measurements, published, [panel]), FromTable: true)
                    );
                }
            }
        }

        if (plan.Task.Description.Images is IImageParameters images)
        {
            figures.AddRange(new ImageFigures(plan, images, styles).Create(draws.OfBudget));
            int[] timed = [.. BudgetsWithSweep().Where(IsTimed)];
            figures.AddRange(timed.Select(b => AgainstTime(b, MetricStyle.Rmse, "rmse")));
            figures.AddRange(timed.Select(b => AgainstTime(b, MetricStyle.Mmd2, "mmd")));
        }
        else if (draws.OfShownBudget)
        {
            PosteriorDraws posteriors = new(plan, styles);
            if (posteriors.Rows(experiment.Figures.ScatterDataSets, j => $"Data set {j + 1}") is { Count: > 0 } rows)
            {
                figures.Add(new ReportFigure("posteriors", PosteriorGrid.Create(rows)));
            }

            figures.AddRange(posteriors.Corners().Select(c => new ReportFigure($"corner_{c.Contender.Name}", CornerFigure.Create(c))));
            AddCalibration(figures);
        }

        if (draws.Losses && LossCurves() is { Count: > 0 } curves)
        {
            figures.Add(new ReportFigure("losses", LossFigure.Create(curves, "epoch")));
        }

        return figures;
    }

    // The bias of the published MMD goes with the size of the samples: other sizes cannot be compared.
    private bool AsPublished(string metric) => metric != MetricStyle.Mmd2
        || plan.Experiment.Test.MarginalDataSets / plan.Experiment.Test.MarginalParts == plan.Experiment.Scores.Mmd.MaxDraws;

    private ReportFigure AgainstTime(int budget, string metric, string name) =>
        new(
            $"{name}_vs_time_{budget}",
            QualityFigures.AgainstTime(
                measurements,
                AsPublished(metric) ? published : PublishedResults.None,
                [
                    new QualityPanel
                    {
                        Experiment = plan.Experiment.Name,
                        Title = $"{plan.Experiment.Title}, {budget} training images",
                        Variant = plan.Variant,
                        Styles = styles,
                        Budget = budget,
                        Metric = metric,
                    },
                ]
            ),
            FromTable: true
        );

    // A curve over sampling steps needs a budget that was swept; the two or three numbers of steps of the others stand in the table.
    private IEnumerable<int> BudgetsWithSweep() => measurements.Rows
        .Where(r => r.Experiment == plan.Experiment.Name && r.Variant == plan.Variant && r.Status == Measurement.Ok)
        .Select(r => (r.Budget, r.Contender, r.Steps)).Distinct()
        .GroupBy(s => (s.Budget, s.Contender))
        .Where(g => g.Count() > 1)
        .Select(g => g.Key.Budget)
        .Distinct().Order()
        .Where(b => plan.Experiment.Simulations.FullSweep?.Contains(b) ?? true);

    // Times that were taken beside other work are left out of a report, and a figure of none would be empty.
    private bool IsTimed(int budget) => measurements.Rows.Any(r => r.Experiment == plan.Experiment.Name && r.Variant == plan.Variant
        && r.Budget == budget && r.Metric == MetricStyle.Seconds && r.Status == Measurement.Ok);

    private IEnumerable<ScoreJob> Shown() =>
        plan.Scores.Where(s => s.Sample is SampleJob sample && plan.IsShown(sample) && s.Folder.IsComplete);

    private void AddCalibration(List<ReportFigure> figures)
    {
        if (plan.Experiment.Test.DataSets < 2)
        {
            return; // One data set has ranks and no distribution of ranks.
        }

        List<EcdfPanel> ecdfs = [];
        List<RankHistogramPanel> histograms = [];
        List<RecoveryPanel> recoveries = [];
        EcdfBands bands = SimultaneousBands.Compute(
            plan.Experiment.Test.DataSets, plan.Key.Child("bands"), Coverage, plan.Experiment.Test.Draws);
        IReadOnlyList<string> labels = plan.Task.Description.ParameterLabels;
        foreach (ScoreJob job in Shown())
        {
            Dictionary<string, double[]> scores = StoredScores.Read(job.Folder, Metrics.Calibration);
            for (int d = 0; d < labels.Count; d++)
            {
                double[] ranks = scores[$"rank_{d}"];
                string parameter = labels[d];
                ecdfs.Add(new EcdfPanel
                {
                    Contender = styles.Of(job.Contender),
                    Steps = job.Sample!.Steps,
                    Parameter = parameter,
                    Grid = bands.Point,
                    Difference = [.. bands.Point.Select(z => ranks.Count(r => r <= z) / (double)ranks.Length - z)],
                    Lower = bands.LowDifference,
                    Upper = bands.HighDifference,
                });
                RankHistogram histogram = Calibration.RankHistogram(ranks, plan.Experiment.Test.Draws, RankBins, Coverage);
                histograms.Add(new RankHistogramPanel
                {
                    Contender = styles.Of(job.Contender),
                    Steps = job.Sample.Steps,
                    Parameter = parameter,
                    Counts = histogram.Counts,
                    Lower = [.. histogram.Low.Select(c => (double)c)],
                    Upper = [.. histogram.High.Select(c => (double)c)],
                });
                recoveries.Add(new RecoveryPanel
                {
                    Contender = styles.Of(job.Contender),
                    Steps = job.Sample.Steps,
                    Parameter = parameter,
                    Truth = scores[$"truth_{d}"],
                    Median = scores[$"median_{d}"],
                    Lower = scores[$"low_{d}"],
                    Upper = scores[$"high_{d}"],
                });
            }
        }

        if (ecdfs.Count > 0)
        {
            figures.Add(new ReportFigure("sbc_ecdf", CalibrationFigures.EcdfDifference(ecdfs, Coverage)));
            figures.Add(new ReportFigure("sbc_ranks", CalibrationFigures.RankHistograms(histograms, Coverage)));
            figures.Add(new ReportFigure("recovery", CalibrationFigures.Recovery(recoveries, RecoveryInterval)));
        }
    }

    private List<LossCurve> LossCurves()
    {
        List<LossCurve> curves = [];
        foreach (TrainJob job in plan.Trainings.Where(t => t.Replicate == 0 && t.Folder.IsComplete))
        {
            using IDisposable scope = NewDisposeScope();
            LossHistory history = CheckpointFile.FromArrays(Npz.Read(job.Folder.FileOf(StageFiles.Losses)));
            Dictionary<long, double> known = history.Validation.ToDictionary(v => v.Epoch, v => v.Loss);
            // Validation is measured at some epochs; between them the last value stands.
            double last = history.Validation.Count > 0 ? history.Validation[0].Loss : double.NaN;
            curves.Add(new LossCurve
            {
                Contender = styles.Of(job.Contender),
                Group = $"{job.Budget} {(plan.Task.Description.Images is null ? "simulations" : "images")}",
                Time = [.. history.Training.Select(t => (double)t.Epoch)],
                Training = [.. history.Training.Select(t => t.Loss)],
                Validation = known.Count == 0
                    ? null
                    : [.. history.Training.Select(t => last = known.GetValueOrDefault(t.Epoch, last))],
                Kept = history.LeastHeldOut?.Epoch,
            });
        }

        return curves;
    }
}
