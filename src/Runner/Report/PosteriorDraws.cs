using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;
using static TorchSharp.torch;

namespace Reproduce.Runner.Report;

/// <summary>Reads the draws that the posterior figure shows: some test data sets, the reference and every contender at its figure steps.</summary>
public static class PosteriorDraws
{
    /// <summary>A row for each wanted data set; none when there is nothing to show.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="run">Its stages.</param>
    public static IReadOnlyList<PosteriorRow> Rows(RunPlan plan, ExperimentRun run)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(run);
        using IDisposable scope = NewDisposeScope();
        using Simulations test = SimulationFiles.Read(plan.TestSet.Folder.FileOf(StageFiles.Test));
        int[] dataSets = plan.Experiment.Figures.ScatterDataSets;
        List<PosteriorCell>[] cells = [.. dataSets.Select(_ => new List<PosteriorCell>())];
        if (plan.Reference is ReferenceJob reference)
        {
            Tensor draws = Npz.Read(reference.Folder.FileOf(StageFiles.Reference))["draws"];
            Add(cells, dataSets, draws, Measurement.Reference, "Reference");
        }

        int budget = plan.Experiment.Simulations.Budgets.Min();
        foreach (SampleJob sample in plan.Samples.Where(s => s.Train.Budget == budget && s.Train.Replicate == 0 && IsShown(s)))
        {
            string title = DisplayNames.Setting(sample.Train.Contender, sample.Steps);
            if (run.FailureOf(sample.Folder) is string reason)
            {
                Array.ForEach(cells, c => c.Add(new PosteriorCell { Contender = sample.Train.Contender, Title = title, Hole = reason }));
                continue;
            }

            using IDisposable inner = NewDisposeScope();
            Add(cells, dataSets, Npz.Read(sample.Folder.FileOf(StageFiles.Draws))["draws"], sample.Train.Contender, title);
        }

        IReadOnlyList<string> names = plan.Task.ParameterNames;
        return
        [
            .. dataSets.Select((j, i) => new PosteriorRow
            {
                Title = $"Data set {j + 1}",
                XName = names[0],
                YName = names[1],
                Cells = cells[i],
                Truth = (test.Theta[j, 0].item<float>(), test.Theta[j, 1].item<float>()),
            }),
        ];
    }

    private static bool IsShown(SampleJob sample) =>
        sample.Steps == (sample.Train.Settings.FigureSteps ?? sample.Train.Settings.SweptSteps.Max());

    private static void Add(List<PosteriorCell>[] cells, int[] dataSets, Tensor draws, string contender, string title)
    {
        for (int i = 0; i < dataSets.Length; i++)
        {
            Tensor of = draws[dataSets[i]].to(ScalarType.Float64);
            cells[i].Add(new PosteriorCell
            {
                Contender = contender,
                Title = title,
                X = of.select(1, 0).contiguous().data<double>().ToArray(),
                Y = of.select(1, 1).contiguous().data<double>().ToArray(),
            });
        }
    }
}
