using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Sampling;

/// <summary>Draws of which some are made and some are not: what a stopped run keeps, and the next one goes on from.</summary>
public sealed class UnfinishedDraws : IDisposable
{
    private readonly Lock _lock = new();
    private readonly bool[] _finished;
    private readonly int _blocks;

    /// <summary>None of J x S draws of D parameters.</summary>
    /// <param name="dataSets">J.</param>
    /// <param name="draws">S.</param>
    /// <param name="dimension">D.</param>
    public UnfinishedDraws(long dataSets, int draws, long dimension)
        : this(Unmade(dataSets, draws, dimension), new bool[dataSets * BlocksOf(draws)])
    {
    }

    /// <summary>What <see cref="Theta"/> and <see cref="Finished"/> were.</summary>
    /// <param name="theta">float32, [J, S, D], on the CPU; disposed of with this object, or by the scope that it is in.</param>
    /// <param name="finished">As <see cref="Finished"/> gives it.</param>
    /// <exception cref="ArgumentException">The two do not fit.</exception>
    public UnfinishedDraws(Tensor theta, IReadOnlyList<bool> finished)
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(finished);
        if (theta.dim() != 3 || theta.dtype != ScalarType.Float32 || theta.device_type != TorchSharp.DeviceType.CPU)
        {
            throw new ArgumentException("theta: expected float32 draws [J, S, D] on the CPU", nameof(theta));
        }

        _blocks = BlocksOf((int)theta.shape[1]);
        if (finished.Count != theta.shape[0] * _blocks)
        {
            throw new ArgumentException($"finished: expected {theta.shape[0] * _blocks} blocks, got {finished.Count}", nameof(finished));
        }

        Theta = theta;
        _finished = [.. finished];
    }

    /// <summary>The draws, float32, [J, S, D]; numbers without meaning where they are not made yet.</summary>
    public Tensor Theta { get; }

    /// <summary>Which blocks of <see cref="SamplingSettings.BlockSize"/> draws are made, data set by data set; a copy.</summary>
    public IReadOnlyList<bool> Finished
    {
        get
        {
            lock (_lock)
            {
                return [.. _finished];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Theta.Dispose();

    internal bool Has(DrawBlock[] pass)
    {
        lock (_lock)
        {
            return pass.All(b => _finished[IndexOf(b)]);
        }
    }

    internal void Finish(DrawBlock[] pass)
    {
        lock (_lock)
        {
            foreach (DrawBlock block in pass)
            {
                _finished[IndexOf(block)] = true;
            }
        }
    }

    private static int BlocksOf(int draws) => (draws + SamplingSettings.BlockSize - 1) / SamplingSettings.BlockSize;

    private static Tensor Unmade(long dataSets, int draws, long dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        return empty([dataSets, draws, dimension], dtype: ScalarType.Float32, device: CPU);
    }

    private long IndexOf(DrawBlock block) => block.DataSet * _blocks + block.First / SamplingSettings.BlockSize;
}

/// <summary>Draws of one data set with a stream of random numbers of their own.</summary>
internal sealed record DrawBlock(long DataSet, int First, int Count, RandomKey Key);
