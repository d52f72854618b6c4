using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>Base of the networks here: a module that knows the L2 penalties of its own and its children's weights.</summary>
public abstract class Network(string name) : nn.Module(name)
{
    private long _passes;

    /// <summary>
    /// How often a batch went through the free-form networks and coupling flows in this network, since it was made: measures what a
    /// draw or a density costs. Summary networks, which run once per observation, do not count.
    /// </summary>
    public long Passes => Interlocked.Read(ref _passes) + PassesBelow(this);

    /// <summary>The L2 penalties of this network's weights.</summary>
    public virtual IEnumerable<WeightPenalty> Penalties => Below(this);

    /// <summary>To be called by a network of the kinds that <see cref="Passes"/> counts, once for every batch.</summary>
    protected void CountPass() => Interlocked.Increment(ref _passes);

    private static long PassesBelow(nn.Module module) =>
        module.children().Sum(c => (c is Network network ? Interlocked.Read(ref network._passes) : 0) + PassesBelow(c));

    // Through lists of layers too: a ModuleList is a module between a network and its layers, and no Network itself.
    private static IEnumerable<WeightPenalty> Below(nn.Module module) =>
        module.children().SelectMany(c => c is Network network ? network.Penalties : Below(c));
}
