using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Sampling;

/// <summary>Draws from an estimator for many data sets, in passes of bounded size.</summary>
public static class PosteriorSampler
{
    // Observations that are summarised together: the activations of a convolution on thousands of images would fill the memory.
    private const int SummariesAtOnce = 500;

    /// <summary>Draws from q(theta | x) for every data set.</summary>
    /// <param name="estimator">A trained estimator.</param>
    /// <param name="x">J observations on the estimator's device, of any type of numbers.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="steps">Network passes per draw.</param>
    /// <param name="key">The stream; data set j, block b draws from key.Child(j).Child(b).</param>
    /// <param name="settings">Batching.</param>
    /// <param name="progress">Receives the finished share, 0 to 1.</param>
    /// <param name="cancel">Stops between network passes.</param>
    /// <returns>float32, [J, S, D], on the CPU, in the caller's dispose scope if there is one.</returns>
    /// <exception cref="ArgumentException">An observation has NaN or infinity.</exception>
    public static Tensor Sample(
        IPosteriorEstimator estimator,
        Observation x,
        int draws,
        int steps,
        RandomKey key,
        SamplingSettings? settings = null,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(x);
        UnfinishedDraws all = new(x.Count, draws, estimator.Dimension);
        try
        {
            Continue(all, estimator, x, steps, key, settings, progress, cancel);
            return all.Theta;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>Makes those draws that are not there yet, as <see cref="Sample"/> would have made them.</summary>
    /// <param name="unfinished">What is there of J x S draws; when drawing is stopped, what was made by then.</param>
    /// <param name="estimator">A trained estimator.</param>
    /// <param name="x">J observations on the estimator's device.</param>
    /// <param name="steps">Network passes per draw.</param>
    /// <param name="key">The stream; data set j, block b draws from key.Child(j).Child(b).</param>
    /// <param name="settings">Batching.</param>
    /// <param name="progress">Receives the finished share, 0 to 1, after every pass and from the thread that made it.</param>
    /// <param name="cancel">Stops between network passes.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="unfinished"/> is for other observations or another estimator, or an observation has NaN or infinity.
    /// </exception>
    public static void Continue(
        UnfinishedDraws unfinished,
        IPosteriorEstimator estimator,
        Observation x,
        int steps,
        RandomKey key,
        SamplingSettings? settings = null,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(unfinished);
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Tensor theta = unfinished.Theta;
        if (theta.shape[0] != x.Count || theta.shape[2] != estimator.Dimension)
        {
            throw new ArgumentException(
                $"unfinished: expected draws [{x.Count}, S, {estimator.Dimension}], got [{string.Join(", ", theta.shape)}]",
                nameof(unfinished)
            );
        }

        int draws = (int)theta.shape[1];
        RunPasses(
            estimator,
            x,
            draws,
            key,
            settings,
            progress,
            (pass, condition, noise) =>
            {
                using IDisposable noGrad = no_grad();
                Scatter(estimator.Draw(condition, noise, steps, cancel).to(CPU), pass, theta, draws);
                unfinished.Finish(pass);
            },
            cancel,
            unfinished.Has);
    }

    /// <summary>Draws with their densities for every data set.</summary>
    /// <param name="estimator">A trained estimator.</param>
    /// <param name="x">J observations on the estimator's device, of any type of numbers.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="key">The stream; data set j, block b draws from key.Child(j).Child(b).</param>
    /// <param name="settings">Batching.</param>
    /// <param name="progress">Receives the finished share, 0 to 1.</param>
    /// <param name="source">Makes draws and densities; null for the estimator itself.</param>
    /// <param name="cancel">Stops between passes.</param>
    /// <returns>Parameters float32, [J, S, D], and log-densities float64, [J, S], on the CPU.</returns>
    /// <exception cref="ArgumentException">
    /// The estimator does not know the density of its draws, or an observation has NaN or infinity.
    /// </exception>
    public static DrawsWithDensity SampleWithDensity(
        IPosteriorEstimator estimator,
        Observation x,
        int draws,
        RandomKey key,
        SamplingSettings? settings = null,
        IProgress<double>? progress = null,
        IDensityOfDraws? source = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        IDensityOfDraws density = source
            ?? estimator as IDensityOfDraws
            ?? throw new ArgumentException(
                $"estimator: {estimator.GetType().Name} does not know the density of its draws",
                nameof(estimator)
            );
        DrawsWithDensity result = new(
            empty([x.Count, draws, estimator.Dimension], dtype: ScalarType.Float32, device: CPU),
            empty([x.Count, draws], dtype: ScalarType.Float64, device: CPU));
        try
        {
            RunPasses(
                estimator,
                x,
                draws,
                key,
                settings,
                progress,
                (pass, condition, noise) =>
                {
                    DrawsWithDensity drawn = density.DrawWithDensity(condition, noise);
                    Scatter(drawn.Theta.to(CPU), pass, result.Theta, draws);
                    Scatter(drawn.LogProb.to(CPU).unsqueeze(1), pass, result.LogProb.unsqueeze(2), draws);
                },
                cancel);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    // Plans the passes and runs them on threads; draw gets a pass with its rows of conditions [N, S] and its noise, in a scope of its own.
    private static void RunPasses(
        IPosteriorEstimator estimator,
        Observation x,
        int draws,
        RandomKey key,
        SamplingSettings? settings,
        IProgress<double>? progress,
        Action<DrawBlock[], Tensor, BlockNoise> draw,
        CancellationToken cancel,
        Func<DrawBlock[], bool>? isThere = null)
    {
        settings ??= new SamplingSettings();
        bool onCpu = x.Parts.First().Value.device.type != DeviceType.CUDA;
        long rows = settings.RowsPerPass > 0 ? settings.RowsPerPass : onCpu ? SamplingSettings.BlockSize : 100_000;
        List<DrawBlock[]> passes = Plan(x.Count, draws, rows, key);

        // A pass is made whole or not at all: with other rows beside it a draw would round differently.
        List<DrawBlock[]> missing = isThere is null ? passes : passes.FindAll(p => !isThere(p));
        long done = passes.Count - missing.Count;
        if (missing.Count == 0)
        {
            progress?.Report(1);
            return;
        }

        using Tensor condition = SummariseChecked(estimator, x);
        RunOnThreads(
            onCpu ? settings.Threads : 1,
            missing,
            pass =>
            {
                using DisposeScope scope = NewDisposeScope();
                using BlockNoise noise = NoiseOf(pass, estimator.Dimension, condition.device);
                draw(pass, ConditionsOf(pass, condition), noise);
                progress?.Report((double)Interlocked.Increment(ref done) / passes.Count);
            },
            cancel);
    }

    private static Tensor SummariseChecked(IPosteriorEstimator estimator, Observation x)
    {
        using DisposeScope scope = NewDisposeScope();
        return SummariseAll(estimator, NetworkInput.Check(x, NetworkInput.TypeOf(estimator))).MoveToOuterDisposeScope();
    }

    private static Tensor SummariseAll(IPosteriorEstimator estimator, Observation x)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> parts = [];
        for (long first = 0; first < x.Count; first += SummariesAtOnce)
        {
            using DisposeScope inner = NewDisposeScope();
            parts.Add(estimator.Summarise(x.Narrow(first, Math.Min(SummariesAtOnce, x.Count - first))).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private static List<DrawBlock[]> Plan(long dataSets, int draws, long rowsPerPass, RandomKey key)
    {
        List<DrawBlock[]> passes = [];
        List<DrawBlock> pass = [];
        long rows = 0;
        for (long j = 0; j < dataSets; j++)
        {
            RandomKey dataSet = key.Child(j);
            for (int first = 0, b = 0; first < draws; first += SamplingSettings.BlockSize, b++)
            {
                int count = Math.Min(SamplingSettings.BlockSize, draws - first);
                if (pass.Count > 0 && rows + count > rowsPerPass)
                {
                    passes.Add([.. pass]);
                    pass.Clear();
                    rows = 0;
                }

                pass.Add(new DrawBlock(j, first, count, dataSet.Child(b)));
                rows += count;
            }
        }

        // Of no data sets there is none.
        if (pass.Count > 0)
        {
            passes.Add([.. pass]);
        }

        return passes;
    }

    private static BlockNoise NoiseOf(DrawBlock[] blocks, long dimension, Device device) =>
        new([.. blocks.Select(b => b.Key)], [.. blocks.Select(b => (long)b.Count)], dimension, device);

    private static Tensor ConditionsOf(DrawBlock[] blocks, Tensor condition) =>
        cat([.. blocks.Select(b => condition[b.DataSet].unsqueeze(0).expand(b.Count, -1))], 0);

    // Rows of a pass [N, D] to their places in the result [J, S, D].
    private static void Scatter(Tensor drawn, DrawBlock[] blocks, Tensor result, int draws)
    {
        Tensor flat = result.view(-1, drawn.shape[1]);
        long at = 0;
        foreach (DrawBlock block in blocks)
        {
            flat.narrow(0, block.DataSet * draws + block.First, block.Count).copy_(drawn.narrow(0, at, block.Count));
            at += block.Count;
        }
    }

    private static void RunOnThreads(int threads, List<DrawBlock[]> passes, Action<DrawBlock[]> run, CancellationToken cancel)
    {
        if (threads == 1 || passes.Count == 1)
        {
            foreach (DrawBlock[] pass in passes)
            {
                cancel.ThrowIfCancellationRequested();
                run(pass);
            }

            return;
        }

        int previous = get_num_threads();
        try
        {
            Parallel.ForEach(
                passes,
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel },
                pass =>
                {
                    // The setting belongs to the calling thread: without it every worker would start a team of its own.
                    set_num_threads(1);
                    run(pass);
                });
        }
        finally
        {
            set_num_threads(previous);
        }
    }
}
