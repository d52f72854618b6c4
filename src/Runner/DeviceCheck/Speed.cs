using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>How fast a device trains and draws.</summary>
internal static class Speed
{
    private const int WarmUp = 3;
    private const double Seconds = 1.0;

    // A next larger number of rows is not tried when one took so long.
    private const double Patience = 2.0;

    /// <summary>A step's operations, where they can be counted.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="device">The device; its memory needs no numbers.</param>
    public static IEnumerable<CheckRow> Count(CheckSubject subject, Device device)
    {
        using IPosteriorEstimator estimator = subject.Create(device);
        using Trainer trainer = subject.Whole(Comparison.Plain(estimator, device));
        using Simulations batch = subject.FullBatch(device);
        return Count(subject, trainer, batch) is CheckRow operations ? [operations] : [];
    }

    /// <summary>A step's operations and time.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="device">The device.</param>
    /// <param name="floor">What the device can do at best; null where that is not known.</param>
    public static IEnumerable<CheckRow> OfTraining(CheckSubject subject, Device device, Floor? floor)
    {
        using IPosteriorEstimator estimator = subject.Create(device);
        using Trainer trainer = subject.Whole(Comparison.Plain(estimator, device));
        using Simulations batch = subject.FullBatch(device);
        CheckRow? operations = Count(subject, trainer, batch);
        if (operations is not null)
        {
            yield return operations;
        }

        double seconds = TimeOf(trainer, batch, device, Seconds);
        yield return new CheckRow(subject.Name, "step", 1e3 * seconds, "ms");
        yield return new CheckRow(subject.Name, "training", subject.BatchSize / seconds, "simulations/s");
        if (floor is not null)
        {
            yield return floor.OfStep(subject, operations?.Value, trainer.Parameters.Count, seconds);
        }
    }

    /// <summary>Time of 1000 draws at several numbers of rows that go through the network together.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="device">The device.</param>
    /// <param name="floor">What the device can do at best; null where that is not known.</param>
    public static IEnumerable<CheckRow> OfDrawing(CheckSubject subject, Device device, Floor? floor)
    {
        if (floor?.OfDraws(subject) is CheckRow least)
        {
            yield return least;
        }

        using IPosteriorEstimator estimator = subject.Create(device);
        using Observation x = subject.Few.X.Narrow(0, 1).To(device);
        int[] sizes = subject.Task.Description.Images is null ? [1_000, 10_000, 100_000] : [100, 1_000];
        int steps = subject.SamplingSteps;
        Draw(sizes[0], subject.FewSteps(2));
        foreach (int rows in sizes)
        {
            double seconds = Draw(rows, steps);
            yield return new CheckRow(
                subject.Name, $"1000 draws, {rows} rows a pass", 1e6 * seconds / rows, "ms", Note: $"{steps} steps");
            if (seconds > Patience)
            {
                break;
            }
        }

        double Draw(int rows, int passes)
        {
            Devices.Synchronise(device);
            Stopwatch clock = Stopwatch.StartNew();
            PosteriorSampler.Sample(estimator, x, rows, passes, subject.Key, new SamplingSettings { RowsPerPass = rows }).Dispose();
            Devices.Synchronise(device);
            return clock.Elapsed.TotalSeconds;
        }
    }

    /// <summary>libtorch's operations in a training's step, backward pass and optimiser included.</summary>
    /// <param name="trainer">A training that has made two steps.</param>
    /// <param name="batch">Its batch.</param>
    public static long OperationsOf(Trainer trainer, Simulations batch)
    {
        return Count(2) - Count(1); // What a rehearsal does once, the order of the simulations, is no part of a step.

        long Count(int steps)
        {
            using OperationCount count = OperationCount.Start();
            trainer.Rehearse(batch, steps);
            return count.Total;
        }
    }

    /// <summary>Seconds of a training's step.</summary>
    /// <param name="trainer">A training that is warm.</param>
    /// <param name="batch">Its batch.</param>
    /// <param name="device">The device.</param>
    /// <param name="least">Steps are made for so many seconds at least.</param>
    public static double TimeOf(Trainer trainer, Simulations batch, Device device, double least)
    {
        Devices.Synchronise(device);
        Stopwatch clock = Stopwatch.StartNew();
        long steps = 0;
        for (long more = 1; clock.Elapsed.TotalSeconds < least; more *= 2)
        {
            trainer.Rehearse(batch, more);
            Devices.Synchronise(device);
            steps += more;
        }

        return clock.Elapsed.TotalSeconds / steps;
    }

    private static CheckRow? Count(CheckSubject subject, Trainer trainer, Simulations batch)
    {
        trainer.Rehearse(batch, WarmUp);
        return OperationCount.IsSupported
            ? new CheckRow(subject.Name, "operations of a step", OperationsOf(trainer, batch))
            : null;
    }
}
