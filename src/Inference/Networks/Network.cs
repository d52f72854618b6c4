using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>Base of the networks here: a module that knows the L2 penalties of its own and its children's weights.</summary>
public abstract class Network(string name) : nn.Module(name)
{
    private long _passes;
    private long _rows;

    /// <summary>
    /// How often a batch went through the free-form networks and coupling flows in this network, since it was made: measures what a
    /// draw or a density costs. Summary networks, which run once per observation, do not count.
    /// </summary>
    public long Passes => Total(this, n => Interlocked.Read(ref n._passes));

    /// <summary>The rows of all those batches together: per draw, the passes of a draw whose rows take steps of their own.</summary>
    public long PassedRows => Total(this, n => Interlocked.Read(ref n._rows));

    /// <summary>The L2 penalties of this network's weights.</summary>
    public virtual IEnumerable<WeightPenalty> Penalties => Below(this);

    /// <summary>To be called by a network of the kinds that <see cref="Passes"/> counts, once for every batch.</summary>
    /// <param name="rows">Rows of the batch.</param>
    protected void CountPass(long rows)
    {
        Interlocked.Increment(ref _passes);
        Interlocked.Add(ref _rows, rows);
    }

    private static long Total(nn.Module module, Func<Network, long> own) =>
        (module is Network network ? own(network) : 0) + module.children().Sum(c => Total(c, own));

    // Through lists of layers too: a ModuleList is a module between a network and its layers, and no Network itself.
    private static IEnumerable<WeightPenalty> Below(nn.Module module) =>
        module.children().SelectMany(c => c is Network network ? network.Penalties : Below(c));
}
