using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// A batch of observed data sets: named tensors that share their first axis, the batch.
/// </summary>
/// <remarks>
/// A vector observation is one tensor [B, F], an exchangeable set [B, N, F], an image [B, C, H, W], and a model with several
/// kinds of data has one name for each. The tensors belong to the observation; <see cref="Dispose"/> frees them.
/// </remarks>
public sealed class Observation : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _parts;

    /// <summary>The name of the tensor of an observation that has only one.</summary>
    public const string Only = "x";

    /// <summary>An observation of one tensor.</summary>
    /// <param name="x">[B, ...].</param>
    public Observation(Tensor x)
        : this(new Dictionary<string, Tensor> { [Only] = x })
    {
    }

    /// <summary>An observation of several tensors.</summary>
    /// <param name="parts">Each [B, ...] with the same B.</param>
    /// <exception cref="ArgumentException">No tensor, or batch sizes that differ.</exception>
    public Observation(IReadOnlyDictionary<string, Tensor> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("An observation needs at least one tensor.", nameof(parts));
        }

        _parts = new SortedDictionary<string, Tensor>(parts.ToDictionary(p => p.Key, p => p.Value), StringComparer.Ordinal);
        Count = parts.First().Value.shape[0];
        foreach ((string name, Tensor tensor) in _parts)
        {
            if (tensor.shape[0] != Count)
            {
                throw new ArgumentException(
                    $"observation '{name}': expected a batch of {Count} as in the other tensors, got shape "
                        + $"[{string.Join(", ", tensor.shape)}].",
                    nameof(parts));
            }
        }
    }

    /// <summary>Number of data sets in the batch, B.</summary>
    public long Count { get; }

    /// <summary>The tensors by name, in ordinal order of the names.</summary>
    public IReadOnlyDictionary<string, Tensor> Parts => _parts;

    /// <summary>The tensor of a name, [B, ...].</summary>
    /// <param name="name">A name in <see cref="Parts"/>.</param>
    /// <exception cref="ArgumentException">There is no such tensor.</exception>
    public Tensor this[string name] => _parts.TryGetValue(name, out Tensor? tensor)
        ? tensor
        : throw new ArgumentException($"The observation has no tensor '{name}'; it has: {string.Join(", ", _parts.Keys)}.", nameof(name));

    /// <summary>The tensor of an observation that has only one, [B, ...].</summary>
    /// <exception cref="InvalidOperationException">There are several tensors.</exception>
    public Tensor Sole => _parts.Count == 1
        ? _parts.First().Value
        : throw new InvalidOperationException($"The observation has several tensors: {string.Join(", ", _parts.Keys)}.");

    /// <summary>A new observation of the rows <paramref name="index"/>.</summary>
    /// <param name="index">int64, [B'].</param>
    public Observation Select(Tensor index) => Map(t => BatchRows.Select(t, index));

    /// <summary>A new observation of the rows start .. start+length-1 (views of this one's storage).</summary>
    /// <param name="start">First row.</param>
    /// <param name="length">Number of rows.</param>
    public Observation Narrow(long start, long length) => Map(t => t.narrow(0, start, length));

    /// <summary>A new observation on another device.</summary>
    /// <param name="device">The device.</param>
    public Observation To(Device device) => Map(t => t.to(device).alias());

    /// <summary>A new observation with every tensor replaced.</summary>
    /// <param name="map">Must return a tensor that the new observation may own.</param>
    public Observation Map(Func<Tensor, Tensor> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Observation(_parts.ToDictionary(p => p.Key, p => map(p.Value)));
    }

    /// <summary>Takes the tensors out of the current dispose scope; the caller then owns this observation.</summary>
    public Observation DetachFromDisposeScope()
    {
        foreach (Tensor tensor in _parts.Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _parts.Values)
        {
            tensor.Dispose();
        }
    }
}
