using Reproduce.Compute;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Report;

/// <summary>Gathers the numbers of finished jobs into the rows of the results table.</summary>
public static class Measurements
{
    /// <summary>One row for each number; jobs that failed, and numbers that are not finite, give rows with the reason.</summary>
    /// <param name="plan">The run.</param>
    public static List<Measurement> Gather(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        List<Measurement> rows = [];
        foreach (ScoreJob job in plan.Scores)
        {
            Contender? contender = job.Sample is SampleJob drawn ? ReportStyles.Named(job.Contender, drawn.Train.Settings) : null;
            Measurement row = new()
            {
                Experiment = plan.Experiment.Name,
                Variant = plan.Variant,
                Contender = job.Contender,
                Method = contender?.Method ?? "",
                Network = contender?.Network ?? "",
                Budget = job.Sample?.Train.Budget ?? 0,
                Replicate = job.Sample?.Train.Replicate ?? 0,
                Steps = job.Sample?.Steps ?? 1,
                Metric = "",
                Value = double.NaN,
            };
            if (job.WhyMissing() is string reason)
            {
                rows.AddRange(job.Metrics.Select(m => row with { Metric = m.Style.Name, Status = reason }));
                continue;
            }

            rows.AddRange(
                from metric in job.Metrics
                from number in metric.Rows(StoredScores.Read(job.Folder, metric))
                select row with { Metric = number.Name, DataSet = number.DataSet, Value = number.Value });
            if (job.Sample is SampleJob sample)
            {
                Dictionary<string, double[]> timing = Npz.ReadDoubles(sample.Folder.FileOf(StageFiles.Timing));
                double seconds = Median(timing["seconds"]);
                rows.AddRange(
                    from time in Metrics.Times
                    where time.AppliesTo(plan.Task.Description)
                    select row with { Metric = time.Style.Name, Value = time.Compute(seconds, plan.Experiment.Test) });
                if (timing.TryGetValue(StageFiles.PassesArray, out double[]? passes))
                {
                    rows.Add(row with { Metric = MetricStyle.Passes, Value = passes[0] });
                }
            }
        }

        foreach (LocalTestJob job in plan.LocalTests)
        {
            Contender contender = ReportStyles.Named(job.Sample.Train.Contender, job.Sample.Train.Settings);
            Measurement row = new()
            {
                Experiment = plan.Experiment.Name,
                Variant = plan.Variant,
                Contender = job.Sample.Train.Contender,
                Method = contender.Method,
                Network = contender.Network,
                Budget = job.Sample.Train.Budget,
                Replicate = job.Sample.Train.Replicate,
                Steps = job.Sample.Steps,
                Metric = LocalTestJob.PValue,
                Value = double.NaN,
            };
            rows.Add(job.WhyMissing() is string reason
                ? row with { Status = reason }
                : row with { Value = Npz.ReadDoubles(job.Folder.FileOf(LocalTestJob.ResultFile))[LocalTestJob.PValue][0] });
        }

        return [.. rows.Select(r => r.OrHole())];
    }

    // The time of all draws of all data sets, of its repetitions.
    private static double Median(double[] repetitions)
    {
        double[] sorted = [.. repetitions.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
