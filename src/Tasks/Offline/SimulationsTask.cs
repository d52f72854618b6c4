using Reproduce.Compute;
using Reproduce.Compute.Priors;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Offline;

/// <summary>A problem of which there are simulations in files, and no simulator.</summary>
public sealed class SimulationsTask : ITask, IStoredPairs
{
    /// <summary>The array of parameters in a file.</summary>
    internal const string Theta = "theta";

    private const string NoSimulator = "the task has simulations in files, and no simulator";

    private readonly SimulationsSettings _settings;
    private readonly SimulationSplits _splits;
    private readonly ParameterSpace _parameters;

    /// <summary>A task with these settings; nothing is read yet.</summary>
    /// <param name="settings">The settings.</param>
    public SimulationsTask(SimulationsSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _splits = new SimulationSplits(settings);
        _parameters = new ParameterSpace(settings.Parameters);
    }

    /// <inheritdoc/>
    public string Name => SimulationsSettings.Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> ParameterNames => _parameters.Names;

    /// <inheritdoc/>
    public TaskDescription Description => new()
    {
        ParameterLabels = _parameters.Labels,
        Stored = this,
        Reference = _settings.Reference is string file ? new StoredReference(this, Path.Combine(_settings.FullFolder, file)) : null,
        ShowsContraction = true,
    };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: what the simulations were drawn from is not known.</exception>
    public Tensor SamplePrior(long count, RandomSource random) => throw new InvalidOperationException(NoSimulator);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public Observation Simulate(Tensor theta, RandomSource random) => throw new InvalidOperationException(NoSimulator);

    /// <inheritdoc/>
    public (Tensor Theta, Observation X) First(DataSplit split, long count, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(note);
        using DisposeScope scope = NewDisposeScope();
        (string path, long first, long there) = _splits.RowsOf(split);
        Dictionary<string, Tensor> arrays = Rows(split);
        long[] failed = [.. arrays.Values.SelectMany(FiniteRows.Others).Distinct().Order()];
        if (there - failed.Length < count)
        {
            string ofThem = failed.Length > 0
                ? $", {failed.Length} of them with NaN or infinity (the first is row {first + failed[0]})"
                : "";
            throw new InvalidDataException(
                $"{path}: {there} simulations for {split.ToString().ToLowerInvariant()}{ofThem}; {count} are needed");
        }

        if (failed.Length > 0)
        {
            note($"{path}: {failed.Length} of {there} simulations have NaN or infinity and are left out; "
                + $"the first is row {first + failed[0]}");
        }

        HashSet<long> wrong = [.. failed];
        using Tensor kept = tensor(LongRange(there).Where(row => !wrong.Contains(row)).Take((int)count).ToArray());
        Dictionary<string, Tensor> taken = arrays.ToDictionary(a => a.Key, a => a.Value.index_select(0, kept).MoveToOuterDisposeScope());
        Tensor theta = taken[Theta];
        taken.Remove(Theta);
        return (theta, new Observation(taken));
    }

    /// <summary>All rows of a split, failed ones among them, by the names of the arrays.</summary>
    /// <param name="split">The split.</param>
    /// <returns>float32, [N, ...], on the CPU; they belong to the caller's scope.</returns>
    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    internal Dictionary<string, Tensor> Rows(DataSplit split)
    {
        (string path, long first, long count) = _splits.RowsOf(split);
        Dictionary<string, Tensor> arrays = Npz.Read(path);
        Check(path, arrays);
        arrays = arrays.ToDictionary(a => a.Key, a => Rows(a.Value.narrow(0, first, count)));
        SettleSets(path, first, arrays);
        return arrays;
    }

    private static IEnumerable<long> LongRange(long count)
    {
        for (long i = 0; i < count; i++)
        {
            yield return i;
        }
    }

    // An array with lengths beside it is a set of varying size.
    private static void SettleSets(string path, long first, Dictionary<string, Tensor> arrays)
    {
        foreach (string name in arrays.Keys.Where(n => n != Theta && arrays.ContainsKey(VaryingSet.LengthOf(n))).ToArray())
        {
            try
            {
                // In place: not in what was read.
                arrays[name] = arrays[name].clone();
                foreach ((long row, string reason) in ObservedSets.Settle(arrays, name))
                {
                    throw new InvalidDataException($"row {first + row}: {reason}");
                }
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{path}: {e.Message}");
            }
        }
    }

    // A vector of N numbers is N observations, or parameters, of one number.
    private static Tensor Rows(Tensor array) => (array.dim() == 1 ? array.unsqueeze(1) : array).to(ScalarType.Float32);

    private void Check(string path, Dictionary<string, Tensor> arrays)
    {
        if (!arrays.TryGetValue(Theta, out Tensor? theta) || arrays.Count < 2)
        {
            throw new InvalidDataException(
                $"{path}: expected the array 'theta' and observations beside it, found {string.Join(", ", arrays.Keys.Order())}");
        }

        long columns = theta.dim() == 1 ? 1 : theta.shape[^1];
        if (theta.dim() > 2 || columns != ParameterNames.Count)
        {
            throw new InvalidDataException(
                $"{path}: expected 'theta' of the shape (N, {ParameterNames.Count}), as {ParameterNames.Count} parameters are named, "
                    + $"got ({string.Join(", ", theta.shape)})");
        }

        foreach ((string name, Tensor array) in arrays)
        {
            if (array.dim() == 0 || array.shape[0] != theta.shape[0])
            {
                throw new InvalidDataException(
                    $"{path}: expected {theta.shape[0]} rows in '{name}' as in theta, got the shape ({string.Join(", ", array.shape)})");
            }
        }
    }
}
