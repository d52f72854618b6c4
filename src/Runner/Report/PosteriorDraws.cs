using System.Globalization;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Report;

/// <summary>
/// Reads the draws that the posterior figure shows: an observation of the reader's choice and some test data sets, the reference and every
/// contender at its figure steps. A task with configurations shows those, the others two of their parameters; one parameter alone is
/// shown by its histogram (<see cref="Corners"/>).
/// </summary>
/// <param name="plan">The run.</param>
/// <param name="styles">How the contenders are shown.</param>
public sealed class PosteriorDraws(RunPlan plan, ContenderStyles styles)
{
    private const int Configurations = 150;

    private readonly IConfiguration? _configuration = plan.Task.Description.Configuration;
    private readonly (int X, int Y) _scatter = plan.Task.Description.Scatter;

    /// <summary>A row for the observation that the figures were asked to show, if there is one, and one for each wanted data set.</summary>
    /// <param name="dataSets">Which data sets.</param>
    /// <param name="title">The title of a data set's row.</param>
    public IReadOnlyList<PosteriorRow> Rows(IReadOnlyList<int> dataSets, Func<int, string> title) =>
        !HasPairs ? []
        : ShownRow(At(plan)) is PosteriorRow shown ? [shown, .. TestRows(dataSets, title)]
        : TestRows(dataSets, title);

    /// <summary>
    /// The row that stands for the experiment among others: the observation that it names, else its first shown data set; null when there
    /// are no draws.
    /// </summary>
    public PosteriorRow? PaperRow()
    {
        string title = plan.Experiment.Title;
        return !HasPairs ? null : ShownRow($"{title}, {At(plan)}")
            ?? TestRows([plan.Experiment.Figures.ScatterDataSets.FirstOrDefault()], j => $"{title}, test set {j + 1}").SingleOrDefault();
    }

    /// <summary>All parameters of the draws for the first shown data set: a plot for each contender whose draws are there.</summary>
    public IReadOnlyList<CornerPlot> Corners()
    {
        int dimension = plan.Task.ParameterNames.Count;
        if (dimension > CornerFigure.MostParameters || !plan.TestSet.Folder.IsComplete)
        {
            return [];
        }

        using IDisposable scope = NewDisposeScope();
        using Simulations test = SimulationFiles.Read(plan.TestSet.Folder.FileOf(StageFiles.Test));
        int dataSet = plan.Experiment.Figures.ScatterDataSets.FirstOrDefault();
        IReadOnlyList<double[]>? given = plan.Reference is { } reference && reference.WhyMissing() is null
            ? Columns(reference, StageFiles.Reference, dataSet)
            : null;
        return
        [
            .. from sample in plan.Samples
               where plan.IsShown(sample) && sample.WhyMissing() is null
               let style = styles.Of(sample.Train.Contender)
               select new CornerPlot
               {
                   Labels = plan.Task.Description.ParameterLabels,
                   Contender = style,
                   Setting = style.Setting(sample.Steps),
                   Observation = $"test set {dataSet + 1}",
                   Draws = Columns(sample, StageFiles.Draws, dataSet),
                   Reference = given,
                   IsReferenceExact = plan.Task.Description.Reference?.IsExact ?? true,
                   Truth = [.. Enumerable.Range(0, dimension).Select(d => (double)test.Theta[dataSet, d].item<float>())],
               },
        ];

        double[][] Columns(IJob job, string file, int j)
        {
            using IDisposable inner = NewDisposeScope();
            Tensor all = Npz.Read(job.Folder.FileOf(file))[StageFiles.DrawsArray];
            float[] theta = all[j].to(ScalarType.Float32).contiguous().data<float>().ToArray();
            return [.. Enumerable.Range(0, dimension).Select(d => Column(theta, d, dimension))];
        }
    }

    private bool HasPairs => _configuration is not null || plan.Task.ParameterNames.Count > 1;

    /// <summary>A row for the observation that the figures were asked to show; null when there is none, or no draws for it.</summary>
    /// <param name="title">The row's title.</param>
    private PosteriorRow? ShownRow(string title)
    {
        if (plan.Shown.Count == 0)
        {
            return null;
        }

        using IDisposable scope = NewDisposeScope();
        List<PosteriorCell> cells = [];
        foreach (ShowJob job in plan.Shown)
        {
            Add([cells], [0], job, StageFiles.Draws, job.Sample);
        }

        if (cells.All(c => c.Hole is not null))
        {
            return null;
        }

        using Observation x = ShowJob.ObservationOf(plan.Experiment);
        return Row(title, cells, _configuration?.Observed(x, 0)); // No true parameters belong to it.
    }

    /// <summary>A row for each wanted test data set; none when they are missing.</summary>
    /// <param name="dataSets">Which data sets.</param>
    /// <param name="title">The title of a row.</param>
    private IReadOnlyList<PosteriorRow> TestRows(IReadOnlyList<int> dataSets, Func<int, string> title)
    {
        ArgumentNullException.ThrowIfNull(dataSets);
        ArgumentNullException.ThrowIfNull(title);
        if (!plan.TestSet.Folder.IsComplete)
        {
            return [];
        }

        using IDisposable scope = NewDisposeScope();
        using Simulations test = SimulationFiles.Read(plan.TestSet.Folder.FileOf(StageFiles.Test));
        List<PosteriorCell>[] cells = [.. dataSets.Select(_ => new List<PosteriorCell>())];
        if (plan.Reference is ReferenceJob reference)
        {
            Add(cells, dataSets, reference, StageFiles.Reference, null);
        }

        foreach (SampleJob sample in plan.Samples.Where(plan.IsShown))
        {
            Add(cells, dataSets, sample, StageFiles.Draws, sample);
        }

        if (cells.Any(row => row.Count == 0))
        {
            return []; // No contender draws with the steps that figures show at their budget.
        }

        return
        [
            .. dataSets.Select(
                (j, i) =>
                    Row(
                        title(j),
                        cells[i],
                        _configuration?.Observed(test.X, j)
                            ?? (test.Theta[j, _scatter.X].item<float>(), test.Theta[j, _scatter.Y].item<float>())
                    )
            ),
        ];
    }

    /// <summary>"x = (0, 0)", the observation that the figures were asked to show; empty when there is none.</summary>
    /// <param name="plan">The run.</param>
    private static string At(RunPlan plan) => plan.Experiment.Figures.Observation is { } x
        ? $"x = ({string.Join(", ", x.Select(v => v.ToString(CultureInfo.InvariantCulture)))})"
        : "";

    private PosteriorRow Row(string title, List<PosteriorCell> cells, (double X, double Y)? mark)
    {
        IReadOnlyList<string> labels = plan.Task.Description.ParameterLabels;
        (string x, string y) = _configuration?.AxisNames ?? (labels[_scatter.X], labels[_scatter.Y]);
        PosteriorRow row = new() { Title = title, XName = x, YName = y, Cells = cells, Truth = mark };
        return _configuration is null ? row : row with { MarkName = _configuration.ObservedName };
    }

    // The draws of one setting, or of the reference, as a cell in each of the rows.
    private void Add(List<PosteriorCell>[] rows, IReadOnlyList<int> dataSets, IJob job, string file, SampleJob? sample)
    {
        string contender = sample?.Train.Contender ?? Measurement.Reference;
        ContenderStyle style = styles.Of(contender);
        string title = style.Setting(sample?.Steps ?? 1);
        if (job.WhyMissing() is string reason)
        {
            Array.ForEach(rows, r => r.Add(new PosteriorCell { Contender = contender, Style = style, Title = title, Hole = reason }));
            return;
        }

        using IDisposable scope = NewDisposeScope();
        Tensor draws = Npz.Read(job.Folder.FileOf(file))[StageFiles.DrawsArray];
        for (int i = 0; i < dataSets.Count; i++)
        {
            float[] theta = draws[dataSets[i]].to(ScalarType.Float32).contiguous().data<float>().ToArray();
            int dimension = plan.Task.ParameterNames.Count;
            PosteriorCell cell = new() { Contender = contender, Style = style, Title = title };
            rows[i].Add(_configuration is null
                ? cell with { X = Column(theta, _scatter.X, dimension), Y = Column(theta, _scatter.Y, dimension) }
                : cell with { Chains = Chains(_configuration, theta, dimension) });
        }
    }

    private static double[] Column(float[] theta, int column, int dimension) =>
        [.. Enumerable.Range(0, theta.Length / dimension).Select(s => (double)theta[s * dimension + column])];

    private static double[][][] Chains(IConfiguration task, float[] theta, int dimension) =>
    [
        .. Enumerable.Range(0, Math.Min(Configurations, theta.Length / dimension)).Select(s =>
            task.Configuration(theta.AsSpan(s * dimension, dimension)).Select(p => new[] { p.X, p.Y }).ToArray()),
    ];
}
