using Reproduce.Compute;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Offline;

/// <summary>Reference draws that somebody has made elsewhere for the simulations to test with.</summary>
/// <param name="task">The task, which has those.</param>
/// <param name="path">The file of the draws.</param>
internal sealed class StoredReference(SimulationsTask task, string path) : IReferencePosterior
{
    /// <summary>The array of draws in the file.</summary>
    internal const string Draws = "draws";

    /// <inheritdoc/>
    public bool IsExact => false;

    /// <inheritdoc/>
    /// <remarks>The first draws of each, in the order of the file.</remarks>
    /// <exception cref="InvalidDataException">The file cannot be used, or has too few draws.</exception>
    /// <exception cref="ArgumentException">An observation is none of those to test with.</exception>
    public Tensor Sample(Observation x, int draws, RandomKey key) => Take(x, 0, draws);

    /// <inheritdoc/>
    /// <remarks>Those behind the first ones.</remarks>
    public Tensor SampleAgain(Observation x, int draws, RandomKey key) => Take(x, draws, draws);

    private Tensor Take(Observation x, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tests = task.Rows(DataSplit.Test);
        Tensor all = Read(tests[SimulationsTask.Theta].shape[0], 2 * count);
        long[] rows = [.. Enumerable.Range(0, (int)x.Count).Select(j => RowOf(x, j, tests))];
        return all.index_select(0, tensor(rows)).narrow(1, first, count).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private Tensor Read(long tests, long needed)
    {
        Tensor all = Npz.ReadArray(path, Draws);
        int parameters = task.ParameterNames.Count;
        if (all.dim() != 3 || all.shape[0] != tests || all.shape[2] != parameters)
        {
            throw new InvalidDataException(
                $"{path}: expected '{Draws}' of the shape ({tests}, S, {parameters}), for as many simulations to test with, "
                    + $"got ({string.Join(", ", all.shape)})");
        }

        if (all.shape[1] < needed)
        {
            throw new InvalidDataException(
                $"{path}: expected at least {needed} draws for each simulation, test.draws and as many again to compare them with, "
                    + $"got {all.shape[1]}");
        }

        return FiniteRows.Others(all) is [long wrong, ..]
            ? throw new InvalidDataException($"{path}: NaN or infinity among the draws of row {wrong}")
            : all;
    }

    // Failed simulations are left out of those to test with, so a place among them is no row of the file.
    private static long RowOf(Observation x, int set, Dictionary<string, Tensor> tests)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor same = x.Parts
            .Select(part => tests[part.Key].reshape(tests[part.Key].shape[0], -1).eq(part.Value[set].reshape(1, -1).cpu()).all(1))
            .Aggregate((a, b) => a.logical_and(b));
        return same.any().item<bool>()
            ? same.to(ScalarType.Int64).argmax().item<long>()
            : throw new ArgumentException("x: expected simulations to test with: there are reference draws for them alone.", nameof(x));
    }
}
