using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using Reproduce.Tasks.Denoising;

namespace Reproduce.Runner.Pipeline;

/// <summary>Training and validation simulations of a replicate: one pool, of which budgets are prefixes.</summary>
public sealed class SimulateJob : IJob
{
    /// <summary>Raised by hand when the simulations of the same settings become others.</summary>
    internal const int Version = 1;

    private readonly JobScope _scope;

    /// <summary>The simulations of a replicate.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="replicate">Which of the replicates, from 0; some budget has it.</param>
    public SimulateJob(JobScope scope, int replicate)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _scope = scope;
        Replicate = replicate;
        Pool = scope.Experiment.Simulations.Budgets.Where(b => scope.Experiment.ReplicatesAt(b) > replicate).Max();
        Validation = scope.Experiment.Simulations.Validation;
        string label = $"{Pool} training simulations" + (replicate > 0 ? $", replicate {replicate + 1}" : "");
        Folder = scope.Folder("simulate", label, new
        {
            Version,
            scope.Experiment.Name,
            scope.Experiment.Seed,
            Task = scope.Simulator,
            Pool,
            Validation,
            // Left out of the hash for the first, which was there before the others had simulations of their own.
            Replicate = replicate > 0 ? replicate : (int?)null,
        });
    }

    /// <summary>Which of the replicates, from 0.</summary>
    public int Replicate { get; }

    /// <summary>Training simulations.</summary>
    public int Pool { get; }

    /// <summary>Validation simulations.</summary>
    public int Validation { get; }

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [];

    /// <inheritdoc/>
    public double Weight => Pool + Validation;

    /// <inheritdoc/>
    public string MemorySettings => "simulations.budgets or simulations.validation";

    /// <inheritdoc/>
    public bool EndsRun => true;

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        RandomKey key = _scope.Key.Child("simulate");
        key = Replicate == 0 ? key : key.Child(Replicate);
        SimulatedPool pool = new(_scope.Task, Folder, context, progress);
        using (Simulations training = pool.Make(DataSplit.Training, Pool, key.Child("training")))
        {
            SimulationFiles.Write(Folder.WorkFile(StageFiles.Training), training);
        }

        if (Validation > 0)
        {
            using Simulations validation = pool.Make(DataSplit.Validation, Validation, key.Child("validation"));
            SimulationFiles.Write(Folder.WorkFile(StageFiles.Validation), validation);
        }

        pool.Commit(clock.Elapsed);
    }
}
