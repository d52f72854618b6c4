using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Experiment 5: seven log10 parameters of tumour-spheroid growth from a growth curve and two radial profiles.
/// </summary>
/// <remarks>
/// theta holds log10 of the parameters (<see cref="TumorParameters"/>), on which the prior is uniform, as in pyABC's example and in the
/// published scripts. Observations have the parts "growth" [B, 20] (micrometres), "proliferation" [B, 300] and "ecm" [B, 300]; nothing
/// is standardised here.
/// </remarks>
public sealed class TumorSpheroidTask : IBatchSimulator
{
    /// <summary>The value of <c>kind:</c> in an experiment file.</summary>
    public const string Kind = "tumor-spheroid";

    /// <summary>Name of the growth curve in an observation.</summary>
    public const string GrowthName = "growth";

    /// <summary>Name of the proliferation profile in an observation.</summary>
    public const string ProliferationName = "proliferation";

    /// <summary>Name of the profile of the extracellular matrix in an observation.</summary>
    public const string EcmName = "ecm";

    private const int FailuresInMessage = 5;

    /// <inheritdoc/>
    public string Name => Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames => TumorParameters.LogNames;

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = TumorParameters.Labels,
        Batches = this,
        ErrorScale = Math.Abs(Enumerable.Range(0, TumorParameters.Count)
            .Average(d => (TumorParameters.LogLower[d] + TumorParameters.LogUpper[d]) / 2)),
    };

    /// <inheritdoc/>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using DisposeScope scope = NewDisposeScope();
        Tensor lower = tensor(TumorParameters.LogLower.ToArray(), dtype: ScalarType.Float32);
        Tensor upper = tensor(TumorParameters.LogUpper.ToArray(), dtype: ScalarType.Float32);
        return (lower + random.Uniform([count, TumorParameters.Count]) * (upper - lower)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A simulation failed; <see cref="SimulateBatch(Tensor, RandomKey, BatchRequest)"/>
    /// returns the others all the same.</exception>
    public Observation Simulate(Tensor theta, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using Tensor bits = random.Integers(0, long.MaxValue, [1]);
        TumorBatchResult result = SimulateBatch(theta, new RandomKey((ulong)bits.item<long>()));
        if (result.Failures.Count > 0)
        {
            throw new InvalidOperationException(
                $"{result.Failures.Count} of {result.Count} simulations failed: " +
                string.Join("; ", result.Failures.Take(FailuresInMessage)) + (result.Failures.Count > FailuresInMessage ? "; ..." : "."));
        }

        return result.ToObservation();
    }

    /// <inheritdoc/>
    public SimulationBatch SimulateBatch(Tensor theta, RandomKey key, BatchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TumorBatchResult result = SimulateBatch(
            theta,
            key,
            new TumorBatchSettings { Folder = request.Folder, Workers = request.Workers, First = request.First },
            request.Progress is null ? null : p => request.Progress(p.Done),
            request.Cancel);
        return new SimulationBatch(
            result.ToObservation(), [.. result.Failures.Select(f => new FailedSimulation(f.Index - request.First, f.ToString()))]);
    }

    /// <summary>Runs the simulator once per row on all cores, resumable and with progress.</summary>
    /// <param name="theta">log10 parameters, [B, 7].</param>
    /// <param name="key">Row i takes its random numbers from key.Child(i).</param>
    /// <param name="settings">Folder, workers, limits.</param>
    /// <param name="progress">Called after every chunk.</param>
    /// <param name="cancellation">Stops the batch; finished chunks stay on disk when there is a folder.</param>
    public static TumorBatchResult SimulateBatch(
        Tensor theta,
        RandomKey key,
        TumorBatchSettings? settings = null,
        Action<TumorBatchProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        Require.Rows(theta, TumorParameters.Count, nameof(theta));

        using Tensor onHost = theta.to(ScalarType.Float64, CPU, copy: true);
        using Tensor exponents = onHost.contiguous();
        double[] values = exponents.data<double>().ToArray();
        IEnumerable<TumorParameters> parameters = values.Chunk(TumorParameters.Count).Select(row => TumorParameters.FromLog10(row));
        return TumorBatch.Run(parameters, key, settings, progress, cancellation);
    }
}
