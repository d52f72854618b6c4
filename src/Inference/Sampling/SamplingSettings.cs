using System.ComponentModel.DataAnnotations;

namespace Reproduce.Inference.Sampling;

/// <summary>How draws are batched; the same for every contender, so that times can be compared.</summary>
public sealed record SamplingSettings
{
    /// <summary>Draws of one data set that share a stream of random numbers; changing it changes the draws.</summary>
    public const int BlockSize = 1000;

    /// <summary>
    /// Rows that go through the network together; 0 chooses 1000 on a CPU (the activations stay in the cache) and 100000 on a GPU.
    /// </summary>
    [Range(0, 100_000_000)]
    public int RowsPerPass { get; init; }

    /// <summary>Threads that draw at once, each with one libtorch thread; on a GPU always one.</summary>
    [Range(1, 1024)]
    public int Threads { get; init; } = 1;
}
