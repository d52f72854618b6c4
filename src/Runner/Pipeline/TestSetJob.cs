using System.Diagnostics;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using Reproduce.Tasks.Denoising;

namespace Reproduce.Runner.Pipeline;

/// <summary>Test data sets with their true parameters.</summary>
public sealed class TestSetJob : IJob
{
    private readonly JobScope _scope;

    /// <summary>The test data sets of an experiment.</summary>
    /// <param name="scope">The experiment.</param>
    public TestSetJob(JobScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _scope = scope;
        int dataSets = scope.Experiment.Test.Total;
        Inputs = new { SimulateJob.Version, scope.Experiment.Name, scope.Experiment.Seed, Task = scope.Simulator, DataSets = dataSets };
        Folder = scope.Folder("test", $"{dataSets} test data sets", Inputs);
    }

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [];

    /// <inheritdoc/>
    public double Weight => 1;

    /// <inheritdoc/>
    public string MemorySettings => "test.data_sets";

    /// <inheritdoc/>
    public bool EndsRun => true;

    /// <summary>What decides the data sets.</summary>
    internal object Inputs { get; }

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        SimulatedPool pool = new(_scope.Task, Folder, context, progress);
        using (Simulations test = pool.Make(DataSplit.Test, 0, _scope.Experiment.Test.Total, _scope.Key.Child("test")))
        {
            SimulationFiles.Write(Folder.WorkFile(StageFiles.Test), test);
        }

        pool.Commit(clock.Elapsed);
    }
}
