using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>One training, which goes on from a checkpoint if there is one.</summary>
public sealed class TrainJob : IJob
{
    // Raised by hand when the weights of the same settings become others.
    private const int Version = 1;

    // A training of so many steps once went on to the end of its last epoch.
    private const int VersionOfSteps = 2;

    private readonly JobScope _scope;

    /// <summary>A training of a contender.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="contender">The contender's name.</param>
    /// <param name="settings">The contender's settings at the budget.</param>
    /// <param name="budget">Training simulations.</param>
    /// <param name="simulate">Its replicate's simulations.</param>
    public TrainJob(JobScope scope, string contender, ContenderSettings settings, int budget, SimulateJob simulate)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(simulate);
        _scope = scope;
        Contender = contender;
        Settings = settings;
        Budget = budget;
        Simulate = simulate;
        string stream = settings.Stream ?? contender;
        Key = scope.Key.Child("train").Child(stream).Child(budget).Child(Replicate);
        string label =
            $"{contender}, {budget} simulations" + (scope.Experiment.ReplicatesAt(budget) > 1 ? $", training {Replicate + 1}" : "");
        Folder = scope.Folder(
            "train",
            label,
            new
            {
                Version = settings.Training.Steps is null ? Version : VersionOfSteps,
                scope.Experiment.Name,
                scope.Experiment.Seed,
                Task = scope.Simulator,
                scope.Experiment.Simulations.Validation,
                scope.Experiment.Summary,
                Contender = stream,
                Settings = settings.TrainingOnly(),
                Budget = budget,
                Replicate,
                // Replicates once shared the training set of the first.
                Simulations = Replicate > 0 ? "own" : null,
                scope.Device,
                Precision = scope.Precision == Precision.Float32 ? (Precision?)null : scope.Precision,
            }
        );
    }

    /// <summary>The contender's name.</summary>
    public string Contender { get; }

    /// <summary>The contender's settings at the budget.</summary>
    public ContenderSettings Settings { get; }

    /// <summary>Training simulations.</summary>
    public int Budget { get; }

    /// <summary>Its replicate's simulations.</summary>
    public SimulateJob Simulate { get; }

    /// <summary>Which of the replicated trainings, from 0.</summary>
    public int Replicate => Simulate.Replicate;

    /// <summary>
    /// The training's random numbers: named by contender (or its stream), budget and replicate, so that no other contender has a part in
    /// them.
    /// </summary>
    public RandomKey Key { get; }

    /// <summary>The summary network of the estimator.</summary>
    public SummaryNetworkSettings Summary => _scope.Experiment.Summary;

    /// <summary>What its networks follow from.</summary>
    public NetworkDesign Design => new(Contender, Settings, Summary, Key);

    /// <summary>The bounds of each parameter under the prior; null where they are not known.</summary>
    public IReadOnlyList<(double Low, double High)>? Support => _scope.Experiment.Task.Support();

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [Simulate];

    /// <inheritdoc/>
    public double Weight => (double)TrainingLength.Of(Settings.Training, Budget).Steps * Settings.RowsPerSimulation;

    /// <inheritdoc/>
    public string Kin => Contender;

    /// <inheritdoc/>
    public string MemorySettings => "the contender's training.batch_size or network size, or give --jobs 1";

    /// <inheritdoc/>
    public bool FillsGpu => !Summary.IsSmall || Settings.RoughWeights > 2e6
        || Settings.RoughActivations * Settings.Training.BatchSize * Settings.RowsPerSimulation > 1e6;

    /// <inheritdoc/>
    public Precision Precision => _scope.Precision;

    /// <inheritdoc/>
    public bool HasOwnProcess => true;

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        // One thread each: sums depend on the number of threads, and two trainings at once beat two threads in one.
        set_num_threads(1);
        using Simulations onCpu = EstimatorFactory.TrainingSet(this);
        using Simulations training = onCpu.To(context.Device) with { ParameterNames = _scope.Task.ParameterNames };
        using Simulations? validation = ValidationSet(context.Device);
        using IPosteriorEstimator estimator = EstimatorFactory.Create(this, onCpu, context.Device);
        using Trainer trainer = new(estimator, Settings.Training, Key)
        {
            CheckpointInterval = context.CheckpointInterval,
            Resimulation = _scope.Experiment.Task.RedrawsObservations ? _scope.Task : null,
        };
        string checkpoint = Folder.WorkFile(StageFiles.Checkpoint);
        TrainingLength length = TrainingLength.Of(Settings.Training, Budget);
        (TimeSpan before, string? problem) = CheckpointFile.TryRestore(checkpoint, trainer, length);
        if (problem is not null)
        {
            context.Note($"{Folder.Label}: the training begins anew, its checkpoint cannot be used: {problem}");
        }

        progress.Resume((double)trainer.Step / length.Steps);
        long lastGood = trainer.Step;
        try
        {
            DirectProgress<TrainingProgress> loss = new(
                p => progress.Report((double)p.Step / p.TotalSteps, FormattableString.Invariant($"loss {p.Loss:0.0000}")));
            trainer.Run(training, validation, loss, Save, context.Cancel);
        }
        catch (DivergedException e)
        {
            string last = lastGood > 0
                ? FormattableString.Invariant($"The last good checkpoint is of step {lastGood}: {checkpoint}.")
                : "No checkpoint was written before.";
            throw new JobFailedException($"{e.Message} {last}", e);
        }

        WeightsFile.Write(Folder.WorkFile(StageFiles.Weights), estimator.Network, onCpu);
        using (NewDisposeScope())
        {
            Npz.Write(Folder.WorkFile(StageFiles.Losses), CheckpointFile.ToArrays(trainer.History));
        }

        Folder.Commit(before + clock.Elapsed, StageFiles.Checkpoint);

        void Save(Trainer t)
        {
            CheckpointFile.Write(checkpoint, t, before + clock.Elapsed);
            lastGood = t.Step;
        }
    }

    private Simulations? ValidationSet(Device device)
    {
        if (Simulate.Validation == 0)
        {
            return null;
        }

        using Simulations onCpu = SimulationFiles.Read(Simulate.Folder.FileOf(StageFiles.Validation));
        return onCpu.To(device);
    }
}
