using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>A network's weights and buffers by name, for files.</summary>
public static class NetworkState
{
    /// <summary>Copies of all weights and buffers, on the CPU; they belong to the caller.</summary>
    /// <param name="network">The network.</param>
    public static Dictionary<string, Tensor> Copy(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using IDisposable noGrad = no_grad();
        return network.state_dict().ToDictionary(p => p.Key, p => p.Value.detach().to(CPU).clone().DetachFromDisposeScope());
    }

    /// <summary>Restores weights and buffers.</summary>
    /// <param name="network">A network of the same design.</param>
    /// <param name="state">What <see cref="Copy"/> gave.</param>
    /// <exception cref="InvalidDataException">Names, shapes or element types differ; every difference is listed.</exception>
    public static void Restore(Network network, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> own = network.state_dict();
        // libtorch's own loading compares names only and broadcasts wrong shapes.
        List<string> problems =
        [
            .. own.Keys.Except(state.Keys).Order(StringComparer.Ordinal).Select(n => $"missing: {n}"),
            .. state.Keys.Except(own.Keys).Order(StringComparer.Ordinal).Select(n => $"unexpected: {n}"),
            .. own.Where(p =>
                    state.TryGetValue(p.Key, out Tensor? s) && (!s.shape.SequenceEqual(p.Value.shape) || s.dtype != p.Value.dtype)
                )
                .Select(p =>
                    $"{p.Key}: expected {p.Value.dtype} [{string.Join(", ", p.Value.shape)}], "
                    + $"got {state[p.Key].dtype} [{string.Join(", ", state[p.Key].shape)}]"
                ),
        ];
        if (problems.Count > 0)
        {
            throw new InvalidDataException("The stored weights do not fit the network: " + string.Join("; ", problems) + ".");
        }

        using IDisposable noGrad = no_grad();
        using IDisposable scope = NewDisposeScope();
        foreach ((string name, Tensor value) in own)
        {
            value.copy_(state[name]);
        }
    }
}
