using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// A trained network in a file: weights and buffers by name, and beside them what the network's design follows from in the training set,
/// the shapes of a simulation. So nobody who loads it needs the training set.
/// </summary>
/// <param name="State">Weights and buffers.</param>
/// <param name="Example">
/// A simulation of zeros, with the shapes of those that the network was trained on; null in files of before shapes were written.
/// </param>
public sealed record WeightsFile(IReadOnlyDictionary<string, Tensor> State, Simulations? Example) : IDisposable
{
    // Behind them are a simulation's arrays as in its own file, with one row.
    private const string ExamplePrefix = "example_";

    /// <summary>Writes a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network.</param>
    /// <param name="training">What it was trained on.</param>
    public static void Write(string path, Network network, Simulations training)
    {
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = ToArrays(network, training);
        try
        {
            Npz.Write(path, arrays);
        }
        finally
        {
            Release(arrays.Values);
        }
    }

    /// <summary>Reads a network.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static WeightsFile Read(string path)
    {
        Dictionary<string, Tensor> arrays = Npz.Read(path);
        foreach (Tensor array in arrays.Values)
        {
            array.DetachFromDisposeScope();
        }

        (Dictionary<string, Tensor> state, Simulations? example) = Split(arrays);
        return new WeightsFile(state, example);
    }

    /// <summary>The arrays of a file; weights and buffers are copies.</summary>
    /// <param name="network">The network.</param>
    /// <param name="training">What it was trained on.</param>
    internal static Dictionary<string, Tensor> ToArrays(Network network, Simulations training)
    {
        ArgumentNullException.ThrowIfNull(training);
        Dictionary<string, Tensor> arrays = NetworkState.Copy(network);
        foreach ((string name, Tensor array) in SimulationFiles.ToArrays(training.Take(1)))
        {
            arrays.Add(ExamplePrefix + name, zeros_like(array));
        }

        return arrays;
    }

    /// <summary>What is in a file's arrays.</summary>
    /// <param name="arrays">What <see cref="ToArrays"/> gave.</param>
    /// <exception cref="InvalidDataException">The simulation is not whole.</exception>
    internal static (Dictionary<string, Tensor> State, Simulations? Example) Split(IReadOnlyDictionary<string, Tensor> arrays)
    {
        Dictionary<string, Tensor> example = arrays.Where(a => a.Key.StartsWith(ExamplePrefix, StringComparison.Ordinal))
            .ToDictionary(a => a.Key[ExamplePrefix.Length..], a => a.Value);
        return (
            arrays.Where(a => !a.Key.StartsWith(ExamplePrefix, StringComparison.Ordinal)).ToDictionary(),
            example.Count > 0 ? SimulationFiles.FromArrays(example) : null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release(State.Values);
        Example?.Dispose();
    }

    private static void Release(IEnumerable<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            tensor.Dispose();
        }
    }
}
