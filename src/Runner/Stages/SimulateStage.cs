using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Draws parameters from the prior and runs the simulator.</summary>
public static class SimulateStage
{
    // Simulations that share a stream of random numbers: a larger pool begins with the very simulations of a smaller one.
    private const int Chunk = 512;

    /// <summary>Simulates the training pool and the validation set.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(SimulateJob job, StageContext context, IProgress<double> progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        RandomKey key = context.Plan.Key.Child("simulate");
        key = job.Replicate == 0 ? key : key.Child(job.Replicate);
        FailureFile.Reset(job.Folder);
        using (Simulations training = Simulate(context, job.Folder, DataSplit.Training, job.Pool, key.Child("training"), progress))
        {
            SimulationFiles.Write(job.Folder.WorkFile(StageFiles.Training), training);
        }

        if (job.Validation > 0)
        {
            using Simulations validation = Simulate(context, job.Folder, DataSplit.Validation, job.Validation, key.Child("validation"), progress);
            SimulationFiles.Write(job.Folder.WorkFile(StageFiles.Validation), validation);
        }

        Commit(job.Folder, clock.Elapsed);
    }

    /// <summary>Simulates the test data sets.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(TestSetJob job, StageContext context, IProgress<double> progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        FailureFile.Reset(job.Folder);
        int dataSets = context.Plan.Experiment.Test.Total;
        using (Simulations test = Simulate(context, job.Folder, DataSplit.Test, dataSets, context.Plan.Key.Child("test"), progress))
        {
            SimulationFiles.Write(job.Folder.WorkFile(StageFiles.Test), test);
        }

        Commit(job.Folder, clock.Elapsed);
    }

    // The finished simulations of a slow simulator were kept for the case of an interruption; they are in the pools' files now.
    private static void Commit(StageFolder folder, TimeSpan elapsed) =>
        folder.Commit(elapsed, [.. Directory.GetDirectories(folder.WorkPath).Select(kept => Path.GetFileName(kept)!)]);

    private static Simulations Simulate(
        StageContext context, StageFolder folder, DataSplit split, int count, RandomKey key, IProgress<double> progress)
    {
        if (context.Plan.Task is IBatchSimulator slow)
        {
            string pool = split.ToString().ToLowerInvariant();
            (Simulations simulated, IReadOnlyList<FailedSimulation> failures) =
                BatchSimulation.Run(slow, count, key, folder.WorkFile(pool), context, progress);
            FailureFile.Append(folder, pool, failures);
            return simulated;
        }

        using IDisposable scope = NewDisposeScope();
        ITask task = context.Plan.Task;
        List<Tensor> thetas = [];
        Dictionary<string, List<Tensor>> parts = [];
        for (int first = 0; first < count; first += Chunk)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using RandomSource random = new(key.Child(first / Chunk));
            int kept = Math.Min(Chunk, count - first);
            // Parameters that are data are taken in their order and exist once only.
            Tensor theta = task is IFixedSplits data ? data.Parameters(split, first, kept) : task.SamplePrior(Chunk, random);
            Observation x = task.Simulate(theta, random);
            thetas.Add(theta.narrow(0, 0, kept));
            foreach ((string name, Tensor part) in x.Parts)
            {
                if (!parts.TryGetValue(name, out List<Tensor>? list))
                {
                    parts[name] = list = [];
                }

                list.Add(part.narrow(0, 0, kept));
            }

            progress.Report((double)(first + kept) / count);
        }

        return new Simulations(
            cat(thetas, 0).DetachFromDisposeScope(),
            new Observation(parts.ToDictionary(p => p.Key, p => cat(p.Value, 0))).DetachFromDisposeScope());
    }
}
