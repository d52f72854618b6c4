using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Report;

/// <summary>
/// Reads the draws that the posterior figure shows: some test data sets, the reference and every contender at its figure steps. A task
/// with configurations shows those, the others their first two parameters.
/// </summary>
/// <param name="plan">The run.</param>
/// <param name="failureOf">Why a job has no result, or null if it has one.</param>
public sealed class PosteriorDraws(RunPlan plan, Func<StageFolder, string?> failureOf)
{
    private const int Configurations = 150;

    private readonly IConfiguration? _configuration = plan.Task as IConfiguration;

    /// <summary>A row for each wanted data set; none when the test data sets are missing.</summary>
    /// <param name="dataSets">Which data sets.</param>
    /// <param name="title">The title of a row.</param>
    public IReadOnlyList<PosteriorRow> Rows(IReadOnlyList<int> dataSets, Func<int, string> title)
    {
        ArgumentNullException.ThrowIfNull(dataSets);
        ArgumentNullException.ThrowIfNull(title);
        if (failureOf(plan.TestSet.Folder) is not null)
        {
            return [];
        }

        using IDisposable scope = NewDisposeScope();
        using Simulations test = SimulationFiles.Read(plan.TestSet.Folder.FileOf(StageFiles.Test));
        List<PosteriorCell>[] cells = [.. dataSets.Select(_ => new List<PosteriorCell>())];
        if (plan.Reference is ReferenceJob reference)
        {
            Add(cells, dataSets, reference.Folder, StageFiles.Reference, Measurement.Reference, "Reference");
        }

        foreach (SampleJob sample in plan.Samples.Where(plan.IsShown))
        {
            string contender = sample.Train.Contender;
            Add(cells, dataSets, sample.Folder, StageFiles.Draws, contender, DisplayNames.Setting(contender, sample.Steps));
        }

        IReadOnlyList<string> names = plan.Task.ParameterNames;
        (string x, string y) = _configuration?.AxisNames ?? (names[0], names[1]);
        return
        [
            .. dataSets.Select((j, i) => new PosteriorRow
            {
                Title = title(j),
                XName = x,
                YName = y,
                Cells = cells[i],
                Truth = _configuration?.Observed(test.X, j) ?? (test.Theta[j, 0].item<float>(), test.Theta[j, 1].item<float>()),
            }),
        ];
    }

    private void Add(
        List<PosteriorCell>[] cells, IReadOnlyList<int> dataSets, StageFolder folder, string file, string contender, string title)
    {
        if (failureOf(folder) is string reason)
        {
            Array.ForEach(cells, c => c.Add(new PosteriorCell { Contender = contender, Title = title, Hole = reason }));
            return;
        }

        using IDisposable scope = NewDisposeScope();
        Tensor draws = Npz.Read(folder.FileOf(file))["draws"];
        for (int i = 0; i < dataSets.Count; i++)
        {
            float[] theta = draws[dataSets[i]].to(ScalarType.Float32).contiguous().data<float>().ToArray();
            int dimension = plan.Task.ParameterNames.Count;
            PosteriorCell cell = new() { Contender = contender, Title = title };
            cells[i].Add(_configuration is null
                ? cell with { X = Column(theta, 0, dimension), Y = Column(theta, 1, dimension) }
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
