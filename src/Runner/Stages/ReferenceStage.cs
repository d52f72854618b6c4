using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Draws from the exact posterior of every test data set, twice: the second set measures the floor of each metric.</summary>
public static class ReferenceStage
{
    /// <summary>Makes the draws.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(ReferenceJob job, StageContext context, IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        Stopwatch clock = Stopwatch.StartNew();
        IReferencePosterior posterior = context.Plan.Task.Description.Reference!;
        RandomKey key = context.Plan.Key.Child("reference");
        int draws = context.Plan.Experiment.Test.Draws;
        using (Simulations test = SimulationFiles.Read(context.Plan.TestSet.Folder.FileOf(StageFiles.Test)))
        using (Tensor first = posterior.Sample(test.X, draws, key.Child("first")))
        {
            progress.Report(0.5);
            context.Cancel.ThrowIfCancellationRequested();
            using Tensor second = posterior.Sample(test.X, draws, key.Child("second"));
            Npz.Write(job.Folder.WorkFile(StageFiles.Reference), new Dictionary<string, Tensor> { [StageFiles.DrawsArray] = first, [StageFiles.SecondArray] = second });
        }

        progress.Report(1);
        job.Folder.Commit(clock.Elapsed);
    }
}
