using System.Globalization;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>A problem whose simulator is a program of the user's, in any language.</summary>
/// <remarks>
/// The program is asked for a chunk of simulations at once, with a seed that the chunk's place decides: the numbers do not depend on how
/// many programs run. How it is asked is told in experiments/examples/README.md. All methods may be used from several threads.
/// </remarks>
public sealed class ExternalTask : IBatchSimulator, IDisposable
{
    private const string Theta = "theta";

    private readonly ExternalSettings _settings;
    private readonly WorkerPool _pool;

    /// <summary>A task with these settings; nothing is started yet.</summary>
    /// <param name="settings">The settings.</param>
    public ExternalTask(ExternalSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        Parameters = new ParameterSpace(settings.Parameters);
        _pool = new WorkerPool(settings, Parameters.AllNames);
    }

    /// <summary>The parameters and their priors.</summary>
    public ParameterSpace Parameters { get; }

    /// <inheritdoc/>
    public string Name => ExternalSettings.Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames => Parameters.Names;

    /// <inheritdoc/>
    public int Chunk => _settings.Chunk;

    /// <inheritdoc/>
    public int WorkersAt(int workers) => _settings.Workers > 0 ? _settings.Workers : workers;

    /// <summary>Programs that have been started so far.</summary>
    internal int Started => _pool.Started;

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = Parameters.Labels,
        Batches = this,
        Reference = _settings.Offers.Contains(ExternalOffer.Reference) ? new ExternalReference(this) : null,
        Joint = new ExternalLikelihood(this),
        Statistics = new ExternalStatistics(this),
        LogPrior = Parameters.HasPriors ? theta => Parameters.LogDensity(theta) : null,
        ShowsContraction = true,
        StartsPrograms = true,
    };

    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">The simulator draws the parameters, and does not.</exception>
    public Tensor SamplePrior(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (Parameters.HasPriors)
        {
            return Parameters.Sample(count, random);
        }

        // A key of 64 random bits, from two halves.
        using Tensor bits = random.Integers(0, 1L << 32, [2]);
        long[] halves = bits.data<long>().ToArray();
        using Tensor nothing = zeros(1);
        RandomKey key = new(((ulong)halves[0] << 32) | (ulong)halves[1]);
        Dictionary<string, Tensor> arrays = Ask("prior", key, new Dictionary<string, Tensor> { ["none"] = nothing }, count, count);
        return Only(arrays, Theta, [count, ParameterNames.Count]);
    }

    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">A simulation failed.</exception>
    public Observation Simulate(Tensor theta, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using Tensor bits = random.Integers(0, long.MaxValue, [1]);
        BatchRequest request = new(null, Environment.ProcessorCount, null, CancellationToken.None);
        SimulationBatch batch = SimulateBatch(theta, new RandomKey((ulong)bits.item<long>()), request);
        return batch.Failures.Count == 0
            ? batch.X
            : throw new ExternalSimulatorException(
                $"{batch.Failures.Count} of {batch.X.Count} simulations failed: {batch.Failures[0].Reason}");
    }

    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">The program does not start, or nothing that it is asked for works.</exception>
    public SimulationBatch SimulateBatch(Tensor theta, RandomKey key, BatchRequest request)
    {
        Require.Rows(theta, ParameterNames.Count, nameof(theta));
        ArgumentNullException.ThrowIfNull(request);
        using Tensor all = Parameters.WithFixed(theta);
        using ExternalBatch batch = new(_pool, _settings, Parameters.AllNames, all, key, request);
        return batch.Run(WorkersAt(request.Workers));
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    /// <summary>Whether the program has said that it knows a verb beside those that the settings name.</summary>
    /// <param name="verb">The verb.</param>
    /// <exception cref="ExternalSimulatorException">It does not start.</exception>
    internal bool Knows(string verb)
    {
        WorkerProcess worker = _pool.Take(CancellationToken.None);
        _pool.Return(worker);
        return worker.Offers.Contains(verb);
    }

    /// <summary>Programs at once.</summary>
    internal int Workers => _settings.Workers > 0 ? _settings.Workers : Environment.ProcessorCount;

    /// <summary>Asks for arrays that are not simulations.</summary>
    /// <exception cref="ExternalSimulatorException">There is no such answer.</exception>
    internal Dictionary<string, Tensor> Ask(
        string verb,
        RandomKey key,
        IReadOnlyDictionary<string, Tensor> input,
        long rows,
        long? count = null,
        ScalarType type = ScalarType.Float32)
    {
        WorkerProcess worker = _pool.Take(CancellationToken.None);
        try
        {
            (Dictionary<string, Tensor> arrays, _) = WorkerExchange.Ask(
                worker, verb, key, input, rows, CancellationToken.None, count, type);
            _pool.Return(worker);
            return arrays;
        }
        catch (WorkerFailureException e)
        {
            worker.Kill();
            throw new ExternalSimulatorException(
                string.Create(CultureInfo.InvariantCulture, $"the simulator was asked for \"{verb}\": {e.Message}"));
        }
    }

    /// <summary>The one array of an answer, of a shape; it belongs to the caller's scope, as a new tensor does.</summary>
    /// <exception cref="ExternalSimulatorException">It is not there.</exception>
    internal static Tensor Only(Dictionary<string, Tensor> arrays, string name, long[] shape)
    {
        foreach ((string other, Tensor array) in arrays)
        {
            if (other != name)
            {
                array.Dispose();
            }
        }

        if (!arrays.TryGetValue(name, out Tensor? wanted) || !wanted.shape.SequenceEqual(shape))
        {
            string found = string.Join(", ", arrays.Select(a => a.Key));
            throw new ExternalSimulatorException(
                $"the simulator's answer: expected an array '{name}' of the shape ({string.Join(", ", shape)}), found {found}");
        }

        using (wanted)
        {
            return wanted.clone();
        }
    }
}
