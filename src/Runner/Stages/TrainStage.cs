using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Trains one contender, going on from a checkpoint if there is one.</summary>
public static class TrainStage
{
    /// <summary>Trains to the end and stores weights and losses.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Where the training stands.</param>
    /// <exception cref="DivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a checkpoint was written.</exception>
    public static void Run(TrainJob job, StageContext context, IProgress<TrainingProgress> progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        // One thread each: sums depend on the number of threads, and two trainings at once beat two threads in one.
        set_num_threads(1);
        job.Folder.Begin();
        using Simulations onCpu = EstimatorFactory.TrainingSet(job, context);
        using Simulations training = onCpu.To(context.Device);
        using Simulations? validation = Validation(context);
        using IPosteriorEstimator estimator = EstimatorFactory.Create(job, onCpu, context);
        using Trainer trainer = new(estimator, job.Settings.Training, EstimatorFactory.KeyOf(job, context));
        string checkpoint = job.Folder.WorkFile(StageFiles.Checkpoint);
        TimeSpan before = CheckpointFile.TryRestore(checkpoint, trainer);
        trainer.Run(training, validation, progress, t => CheckpointFile.Write(checkpoint, t, before + clock.Elapsed), context.Cancel);

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
    }

    private static Simulations? Validation(StageContext context)
    {
        if (context.Plan.Simulate.Validation == 0)
        {
            return null;
        }

        using Simulations onCpu = SimulationFiles.Read(context.Plan.Simulate.Folder.FileOf(StageFiles.Validation));
        return onCpu.To(context.Device);
    }
}
