using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Draws from the exact posterior of every test data set, twice: the second set measures the floor of each metric.</summary>
public sealed class ReferenceJob : IJob
{
    // Raised by hand when the draws of the same settings become others.
    private const int Version = 1;

    private readonly JobScope _scope;
    private readonly TestSetJob _testSet;

    /// <summary>The draws of an experiment.</summary>
    /// <param name="scope">An experiment whose task has an exact posterior.</param>
    /// <param name="testSet">Its test data sets.</param>
    public ReferenceJob(JobScope scope, TestSetJob testSet)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(testSet);
        _scope = scope;
        _testSet = testSet;
        TestSettings test = scope.Experiment.Test;
        Folder = scope.Folder(
            "reference",
            $"{NameOf(scope)}, {test.DataSets} x {test.Draws} draws",
            new
            {
                Version,
                Test = testSet.Inputs,
                scope.Experiment.Task,
                test.Draws,
                DrawsVersion = scope.Task.Description.Reference is { DrawsVersion: > 1 } others ? others.DrawsVersion : (int?)null,
            });
    }

    /// <summary>What its draws are from: the exact posterior, or what somebody else has drawn for a reference.</summary>
    /// <param name="scope">An experiment whose task has one or the other.</param>
    internal static string NameOf(JobScope scope) =>
        scope.Task.Description.Reference is { IsExact: false } ? "reference posterior" : "exact posterior";

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [_testSet];

    /// <inheritdoc/>
    public double Weight => 1;

    /// <inheritdoc/>
    public string MemorySettings => "test.draws or test.data_sets";

    /// <inheritdoc/>
    public bool EndsRun => true;

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        IReferencePosterior posterior = _scope.Task.Description.Reference!;
        RandomKey key = _scope.Key.Child("reference");
        int draws = _scope.Experiment.Test.Draws;
        using (Simulations test = SimulationFiles.Read(_testSet.Folder.FileOf(StageFiles.Test)))
        using (Tensor first = posterior.Sample(test.X, draws, key.Child("first")))
        {
            progress.Report(0.5);
            context.Cancel.ThrowIfCancellationRequested();
            using Tensor second = posterior.SampleAgain(test.X, draws, key.Child("second"));
            Npz.Write(
                Folder.WorkFile(StageFiles.Reference),
                new Dictionary<string, Tensor> { [StageFiles.DrawsArray] = first, [StageFiles.SecondArray] = second });
        }

        Folder.Commit(clock.Elapsed);
    }
}
