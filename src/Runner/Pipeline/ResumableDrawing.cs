using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Draws that survive a stop. What is made is written as often as a training's checkpoint, and when the run is cancelled; the next run
/// makes the rest. (A thousand passes of a large network for a few thousand draws take an hour on a CPU.)
/// </summary>
/// <param name="context">Where it is drawn.</param>
/// <param name="settings">How draws are batched.</param>
/// <param name="file">Where unfinished draws are kept.</param>
public sealed class ResumableDrawing(JobContext context, SamplingSettings settings, string file)
{
    private readonly Lock _writing = new();

    /// <summary>Makes all draws, or those that an earlier run has not made.</summary>
    /// <param name="estimator">A trained estimator.</param>
    /// <param name="x">J observations on the estimator's device.</param>
    /// <param name="draws">S.</param>
    /// <param name="steps">Network passes per draw.</param>
    /// <param name="key">The stream.</param>
    /// <param name="progress">Receives the finished share, 0 to 1.</param>
    /// <returns>The draws and what they took.</returns>
    public FinishedDraws Run(IPosteriorEstimator estimator, Observation x, int draws, int steps, RandomKey key, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(progress);
        (UnfinishedDraws unfinished, TimeSpan before) = Restore(x.Count, draws, estimator.Dimension)
            ?? (new UnfinishedDraws(x.Count, draws, estimator.Dimension), TimeSpan.Zero);
        int already = unfinished.Finished.Count(f => f);
        if (already > 0)
        {
            progress.Resume((double)already / unfinished.Finished.Count);
        }

        Devices.Synchronise(context.Device);
        Stopwatch clock = Stopwatch.StartNew(), sinceWritten = Stopwatch.StartNew();
        long lastPass = 0;
        try
        {
            PosteriorSampler.Continue(
                unfinished, estimator, x, steps, key, settings, new DirectProgress<double>(Report), context.Cancel);
            Devices.Synchronise(context.Device);
            TimeSpan spent = before + clock.Elapsed;
            if (spent > context.CheckpointInterval)
            {
                Write(unfinished, spent); // What comes after it in the job may be stopped as well.
            }

            return new FinishedDraws(unfinished.Theta, spent, before);
        }
        catch (OperationCanceledException)
        {
            using (unfinished)
            {
                // What the passes took that the stop threw away is not the time of any draw.
                Write(unfinished, before + TimeSpan.FromTicks(Interlocked.Read(ref lastPass)));
            }

            throw;
        }
        catch
        {
            unfinished.Dispose();
            throw;
        }

        // Called from the thread that drew; while one writes, the others draw on.
        void Report(double share)
        {
            progress.Report(share);
            Interlocked.Exchange(ref lastPass, clock.Elapsed.Ticks);
            if (!_writing.TryEnter())
            {
                return;
            }

            try
            {
                if (sinceWritten.Elapsed > context.CheckpointInterval)
                {
                    Write(unfinished, before + clock.Elapsed);
                    sinceWritten.Restart();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk, perhaps: the draws are in memory, and it is theirs to fail when they are all made and cannot be written
                // either.
                sinceWritten.Restart();
            }
            finally
            {
                _writing.Exit();
            }
        }
    }

    // What is marked as finished is taken before the numbers are: those of other blocks may change while they are being written.
    private void Write(UnfinishedDraws unfinished, TimeSpan spent)
    {
        using Tensor finished = tensor(unfinished.Finished.ToArray(), dtype: ScalarType.Bool);
        using Tensor seconds = tensor(spent.TotalSeconds, dtype: ScalarType.Float64);
        Npz.Write(
            file,
            new Dictionary<string, Tensor>
            {
                [StageFiles.DrawsArray] = unfinished.Theta,
                ["finished"] = finished,
                ["seconds"] = seconds,
            }
        );
    }

    private (UnfinishedDraws Draws, TimeSpan Spent)? Restore(long dataSets, int draws, long dimension)
    {
        using IDisposable scope = NewDisposeScope();
        try
        {
            if (
                Folders.Has(file)
                && Npz.Read(file) is { } arrays
                && arrays.TryGetValue(StageFiles.DrawsArray, out Tensor? theta)
                && theta.dtype == ScalarType.Float32
                && theta.shape.SequenceEqual([dataSets, draws, dimension])
                && arrays.TryGetValue("finished", out Tensor? finished)
                && finished.dtype == ScalarType.Bool
                && finished.dim() == 1
                && arrays.TryGetValue("seconds", out Tensor? seconds)
                && seconds.dtype == ScalarType.Float64
                && seconds.dim() == 0
                && seconds.item<double>() is >= 0 and < 1e9 and double spent
            )
            {
                return (new UnfinishedDraws(theta.MoveToOuterDisposeScope(), finished.data<bool>().ToArray()), TimeSpan.FromSeconds(spent));
            }
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            // A damaged file costs time, not correctness: drawing begins anew.
        }

        return null;
    }
}
