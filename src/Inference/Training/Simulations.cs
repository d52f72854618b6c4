using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>Simulations to learn from: parameters and their observations, row by row.</summary>
/// <param name="Theta">[N, D].</param>
/// <param name="X">N observations.</param>
public sealed record Simulations(Tensor Theta, Observation X) : IDisposable
{
    /// <summary>Names of the parameters, for messages; their numbers are told when not given.</summary>
    public IReadOnlyList<string>? ParameterNames { get; init; }

    /// <summary>Number of simulations, N.</summary>
    public long Count => Theta.shape[0];

    /// <summary>The first simulations (views of the same storage).</summary>
    /// <param name="count">How many.</param>
    public Simulations Take(long count) => this with { Theta = Theta.narrow(0, 0, count), X = X.Narrow(0, count) };

    /// <summary>A copy of some simulations.</summary>
    /// <param name="rows">Their numbers, [B], on the same device.</param>
    public Simulations Select(Tensor rows) => this with { Theta = Theta.index_select(0, rows), X = X.Select(rows) };

    /// <summary>A copy on another device.</summary>
    /// <param name="device">The device.</param>
    public Simulations To(Device device) => this with { Theta = Theta.to(device).alias(), X = X.To(device) };

    /// <summary>
    /// Leaves out simulations that failed: those with NaN or infinity in their parameters or observation (the padding of sets of varying
    /// size does not count, <see cref="VaryingSet"/>). A simulator that fails for some parameters changes the
    /// prior: what is learned is the posterior given that the simulation does not fail.
    /// </summary>
    /// <param name="dropped">How many were left out.</param>
    /// <returns>A copy of the others, in their order.</returns>
    /// <exception cref="InvalidOperationException">All failed.</exception>
    public Simulations WithoutFailed(out long dropped)
    {
        long[] failed = Failed();
        dropped = failed.Length;
        if (dropped == Count)
        {
            throw new InvalidOperationException($"All {Count} simulations have NaN or infinity.");
        }

        HashSet<long> wrong = [.. failed];
        long[] kept = [.. Range(Count).Where(row => !wrong.Contains(row))];
        using Tensor rows = tensor(kept, device: Theta.device);
        return Select(rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Theta.Dispose();
        X.Dispose();
    }

    /// <summary>Rows with NaN or infinity, ascending.</summary>
    internal long[] Failed() =>
        [.. FiniteRows.Others(Theta).Concat(X.Parts.Keys.SelectMany(part => FiniteRows.Others(X, part))).Distinct().Order()];

    /// <summary>What a message calls a parameter.</summary>
    /// <param name="column">Its column, from 0.</param>
    internal string Parameter(long column) => ParameterNames is { } names && column < names.Count
        ? $"parameter {column} ('{names[(int)column]}')"
        : $"parameter {column}";

    private static IEnumerable<long> Range(long count)
    {
        for (long row = 0; row < count; row++)
        {
            yield return row;
        }
    }
}
