using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>A training that cannot be finished; the others can. The message is for the report.</summary>
/// <param name="message">What happened, with the last good checkpoint.</param>
/// <param name="cause">What the trainer says.</param>
public sealed class TrainingFailedException(string message, Exception cause) : Exception(message, cause);

/// <summary>Trains one contender, going on from a checkpoint if there is one.</summary>
public static class TrainStage
{
    /// <summary>Trains to the end and stores weights and losses.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Where the training stands.</param>
    /// <param name="note">Told what a reader of the log should know, in one sentence.</param>
    /// <exception cref="TrainingFailedException">The loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a checkpoint was written.</exception>
    public static void Run(TrainJob job, StageContext context, IProgress<TrainingProgress> progress, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(note);
        Stopwatch clock = Stopwatch.StartNew();
        // One thread each: sums depend on the number of threads, and two trainings at once beat two threads in one.
        set_num_threads(1);
        using IDisposable? claim = job.Folder.Begin(context.Cancel);
        if (claim is null)
        {
            return; // Another run that shares the cache made it meanwhile.
        }

        using Simulations onCpu = EstimatorFactory.TrainingSet(job);
        using Simulations training = onCpu.To(context.Device);
        using Simulations? validation = Validation(job.Simulate, context.Device);
        using IPosteriorEstimator estimator = EstimatorFactory.Create(job, onCpu, context);
        using Trainer trainer = new(estimator, job.Settings.Training, EstimatorFactory.KeyOf(job, context))
        {
            CheckpointInterval = context.CheckpointInterval,
            Resimulation = context.Plan.Experiment.Task.RedrawsObservations ? context.Plan.Task : null,
        };
        string checkpoint = job.Folder.WorkFile(StageFiles.Checkpoint);
        (TimeSpan before, string? problem) = CheckpointFile.TryRestore(
            checkpoint, trainer, TrainingLength.Of(job.Settings.Training, job.Budget));
        if (problem is not null)
        {
            note($"{job.Folder.Label}: the training begins anew, its checkpoint cannot be used: {problem}");
        }

        long lastGood = trainer.Step;
        try
        {
            trainer.Run(training, validation, progress, Save, context.Cancel);
        }
        catch (DivergedException e)
        {
            string last = lastGood > 0
                ? FormattableString.Invariant($"The last good checkpoint is of step {lastGood}: {checkpoint}.")
                : "No checkpoint was written before.";
            throw new TrainingFailedException($"{e.Message} {last}", e);
        }

        Dictionary<string, Tensor> weights = NetworkState.Copy(estimator.Network);
        Npz.Write(job.Folder.WorkFile(StageFiles.Weights), weights);
        foreach (Tensor weight in weights.Values)
        {
            weight.Dispose();
        }

        using (NewDisposeScope())
        {
            Npz.Write(job.Folder.WorkFile(StageFiles.Losses), CheckpointFile.ToArrays(trainer.History));
        }

        job.Folder.Commit(before + clock.Elapsed, StageFiles.Checkpoint);

        void Save(Trainer t)
        {
            CheckpointFile.Write(checkpoint, t, before + clock.Elapsed);
            lastGood = t.Step;
        }
    }

    private static Simulations? Validation(SimulateJob simulate, Device device)
    {
        if (simulate.Validation == 0)
        {
            return null;
        }

        using Simulations onCpu = SimulationFiles.Read(simulate.Folder.FileOf(StageFiles.Validation));
        return onCpu.To(device);
    }
}
