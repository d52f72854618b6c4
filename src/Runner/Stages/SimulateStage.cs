using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Plan;
using Reproduce.Tasks;
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
        using IDisposable? claim = job.Folder.Begin(context.Cancel);
        if (claim is null)
        {
            return; // Another run that shares the cache made it meanwhile.
        }

        using (Simulations training = Simulate(context, job.Pool, key.Child("training"), progress))
        {
            SimulationFiles.Write(job.Folder.WorkFile(StageFiles.Training), training);
        }

        if (job.Validation > 0)
        {
            using Simulations validation = Simulate(context, job.Validation, key.Child("validation"), progress);
            SimulationFiles.Write(job.Folder.WorkFile(StageFiles.Validation), validation);
        }

        job.Folder.Commit(clock.Elapsed);
    }

    /// <summary>Simulates the test data sets.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(TestSetJob job, StageContext context, IProgress<double> progress)
    {
        Stopwatch clock = Stopwatch.StartNew();
        using IDisposable? claim = job.Folder.Begin(context.Cancel);
        if (claim is null)
        {
            return; // Another run that shares the cache made it meanwhile.
        }

        using (Simulations test = Simulate(context, context.Plan.Experiment.Test.DataSets, context.Plan.Key.Child("test"), progress))
        {
            SimulationFiles.Write(job.Folder.WorkFile(StageFiles.Test), test);
        }

        job.Folder.Commit(clock.Elapsed);
    }

    private static Simulations Simulate(StageContext context, int count, RandomKey key, IProgress<double> progress)
    {
        using IDisposable scope = NewDisposeScope();
        ITask task = context.Plan.Task;
        List<Tensor> thetas = [];
        Dictionary<string, List<Tensor>> parts = [];
        for (int first = 0; first < count; first += Chunk)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using RandomSource random = new(key.Child(first / Chunk));
            Tensor theta = task.SamplePrior(Chunk, random);
            Observation x = task.Simulate(theta, random);
            int kept = Math.Min(Chunk, count - first);
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
