using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Inference.Sampling;

/// <summary>
/// Noise for rows that belong to several blocks, each block with a stream of its own: the numbers of a block are the same whichever
/// blocks are drawn together, so results do not depend on batch sizes, threads or devices.
/// </summary>
public sealed class BlockNoise : INoise, IDisposable
{
    private readonly RandomSource[] _sources;
    private readonly long[] _rows;
    private readonly long _dimension;
    private readonly Device _device;

    /// <summary>Noise for the given blocks, in order.</summary>
    /// <param name="keys">The stream of each block.</param>
    /// <param name="rows">The rows of each block.</param>
    /// <param name="dimension">D.</param>
    /// <param name="device">Device of the noise.</param>
    public BlockNoise(IReadOnlyList<RandomKey> keys, IReadOnlyList<long> rows, long dimension, Device device)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _sources = [.. keys.Select(k => new RandomSource(k.Child("latent")))];
        _rows = [.. rows];
        _dimension = dimension;
        _device = device;
        Extra = new RandomSource(keys[0].Child("extra"));
    }

    /// <inheritdoc/>
    public RandomSource Extra { get; }

    /// <inheritdoc/>
    public Tensor Next()
    {
        if (_sources.Length == 1)
        {
            return _sources[0].Normal([_rows[0], _dimension], _device);
        }

        Tensor[] parts = [.. _sources.Select((s, i) => s.Normal([_rows[i], _dimension]))];
        try
        {
            return HostCopy.Move(cat(parts, 0), _device);
        }
        finally
        {
            Array.ForEach(parts, p => p.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_sources, s => s.Dispose());
        Extra.Dispose();
    }
}
