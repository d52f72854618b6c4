using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Runner.Report;

/// <summary>
/// The figures of an experiment whose parameters are images: an image of each class, and what the contenders make of its observation.
/// </summary>
/// <param name="plan">The run.</param>
/// <param name="images">What the parameters show.</param>
/// <param name="styles">How the contenders are shown.</param>
public sealed class ImageFigures(RunPlan plan, IImageParameters images, ContenderStyles styles)
{
    private const int DrawsShown = 5;

    /// <summary>For each budget, means and standard deviations of the draws, and some draws.</summary>
    /// <param name="budgets">Chooses the budgets.</param>
    public IEnumerable<ReportFigure> Create(Func<int, bool> budgets)
    {
        if (!plan.TestSet.Folder.IsComplete)
        {
            return [];
        }

        using IDisposable scope = NewDisposeScope();
        int dataSets = plan.Experiment.Test.DataSets;
        byte[] labels = plan.Task.Description.Data!.Labels(DataSplit.Test, 0, dataSets);
        int[] shown = [.. Enumerable.Range(0, dataSets).DistinctBy(j => labels[j]).OrderBy(j => labels[j])];
        string[] columns = [.. shown.Select(j => images.ClassNames[labels[j]])];
        using Simulations test = SimulationFiles.Read(plan.TestSet.Folder.FileOf(StageFiles.Test));
        ImageRow[] given =
        [
            new("image", [.. shown.Select(j => Brightness(test.Theta[j]))]),
            new("observation", [.. shown.Select(j => Floats(test.X.Sole[j].flatten().mul(Scalars.Two)))]),
        ];

        List<ReportFigure> figures = [];
        foreach (IGrouping<int, SampleJob> budget in plan.Samples
            .Where(s => budgets(s.Train.Budget) && s.Train.Replicate == 0 && s.Steps == s.Train.Settings.ShownSteps && s.Folder.IsComplete)
            .GroupBy(s => s.Train.Budget))
        {
            List<ImageRow> moments = [.. given];
            List<ImageRow> draws = [.. given];
            foreach (SampleJob sample in budget)
            {
                AddRows(sample, shown, moments, draws);
            }

            string title = $"{plan.Experiment.Title}, {budget.Key} training images";
            figures.Add(new ReportFigure($"means_{budget.Key}", ImageGrid.Create(
                title + ": means and standard deviations",
                $"{title}: the first test image of each class, its observation, and mean and standard deviation (black 0, white 1) of "
                    + $"{plan.Experiment.Test.Draws} posterior draws.",
                columns,
                moments)));
            figures.Add(new ReportFigure($"draws_{budget.Key}", ImageGrid.Create(
                title + ": draws", $"{title}: the same images and observations, and single posterior draws.", columns, draws)));
        }

        return figures;
    }

    private void AddRows(SampleJob sample, int[] shown, List<ImageRow> moments, List<ImageRow> draws)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor all = Npz.Read(sample.Folder.FileOf(StageFiles.Draws))[StageFiles.DrawsArray];
        string name = styles.Setting(sample.Train.Contender, sample.Steps);
        moments.Add(new ImageRow(name, [.. shown.Select(j => Brightness(all[j].mean([0])))]));
        moments.Add(new ImageRow("standard deviation", [.. shown.Select(j => Floats(all[j].std(0, unbiased: false)))]));
        for (int i = 0; i < Math.Min(DrawsShown, all.shape[1]); i++)
        {
            int draw = i;
            draws.Add(new ImageRow(i == 0 ? name : "", [.. shown.Select(j => Brightness(all[j, draw]))]));
        }
    }

    // From [-1, 1] to [0, 1].
    private static float[] Brightness(Tensor image) => Floats(image.add(Scalars.One).mul(Scalars.Half));

    private static float[] Floats(Tensor image) => image.to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
