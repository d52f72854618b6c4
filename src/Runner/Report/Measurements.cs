using Reproduce.Compute;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.Report;

/// <summary>Gathers the numbers of finished jobs into the rows of the results table.</summary>
public static class Measurements
{
    /// <summary>One row for each number; jobs that failed give rows with the reason.</summary>
    /// <param name="plan">The run.</param>
    public static List<Measurement> Gather(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        List<Measurement> rows = [];
        foreach (ScoreJob job in plan.Scores)
        {
            Measurement row = new()
            {
                Experiment = plan.Experiment.Name,
                Variant = plan.Variant,
                Contender = job.Contender,
                Budget = job.Sample?.Train.Budget ?? 0,
                Replicate = job.Sample?.Train.Replicate ?? 0,
                Steps = job.Sample?.Steps ?? 1,
                Metric = "",
                Value = double.NaN,
            };
            if (job.WhyMissing() is string reason)
            {
                rows.AddRange(Names(plan).Select(m => row with { Metric = m, Status = reason }));
                continue;
            }

            rows.AddRange(Scores(job, row));
            if (job.Sample is SampleJob sample)
            {
                double seconds = Seconds(sample);
                rows.Add(row with
                {
                    Metric = MetricStyle.Seconds,
                    Value = seconds / plan.Experiment.Test.DataSets / (plan.Experiment.Test.Draws / 1000.0),
                });
                if (ShownMetrics.Of(plan).Contains(MetricStyle.TotalSeconds))
                {
                    rows.Add(row with { Metric = MetricStyle.TotalSeconds, Value = seconds });
                }
            }
        }

        return rows;
    }

    /// <summary>The arrays of a finished score: one for each metric.</summary>
    /// <param name="job">The score.</param>
    public static Dictionary<string, double[]> ReadScores(ScoreJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return ReadDoubles(job.Folder.FileOf(StageFiles.Scores));
    }

    /// <summary>Reads a file of float64 arrays.</summary>
    /// <param name="path">The file.</param>
    public static Dictionary<string, double[]> ReadDoubles(string path)
    {
        using IDisposable scope = NewDisposeScope();
        return Npz.Read(path).ToDictionary(p => p.Key, p => p.Value.data<double>().ToArray());
    }

    /// <summary>Median time of the repetitions, for all draws of all data sets.</summary>
    private static double Seconds(SampleJob job)
    {
        double[] seconds = [.. ReadDoubles(job.Folder.FileOf(StageFiles.Timing))["seconds"].Order()];
        int middle = seconds.Length / 2;
        return seconds.Length % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
    }

    private static IEnumerable<Measurement> Scores(ScoreJob job, Measurement row)
    {
        Dictionary<string, double[]> scores = ReadScores(job);
        foreach (string metric in ScoreJob.PerDataSet.Where(scores.ContainsKey))
        {
            for (int j = 0; j < scores[metric].Length; j++)
            {
                yield return row with { Metric = metric, DataSet = j, Value = scores[metric][j] };
            }
        }

        if (!scores.TryGetValue("ece", out double[]? errors))
        {
            yield break;
        }

        for (int d = 0; d < errors.Length; d++)
        {
            yield return row with { Metric = $"ece_{d + 1}", Value = errors[d] };
        }

        yield return row with { Metric = MetricStyle.MaxEce, Value = errors.Max() };
    }

    private static IEnumerable<string> Names(RunPlan plan)
    {
        if (plan.Task.Description.Images is not null)
        {
            foreach (string metric in MetricStyle.Images)
            {
                yield return metric;
            }

            yield break;
        }

        if (plan.Reference is not null)
        {
            yield return MetricStyle.C2st;
            yield return MetricStyle.Mmd2;
            yield return MetricStyle.Mmd2Unbiased;
        }

        yield return MetricStyle.Rmse;
        if (plan.Task.Description.ErrorScale is not null)
        {
            yield return MetricStyle.ScaledError;
        }

        yield return MetricStyle.MaxEce;
        if (plan.Task.Description.Resimulation is not null)
        {
            yield return MetricStyle.ResimulationError;
        }
    }
}
