using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>An L2 penalty on one parameter: the loss gains <c>Strength * sum(w^2)</c>.</summary>
/// <param name="Parameter">The penalised weights.</param>
/// <param name="Strength">Coefficient of the plain sum of squares (Keras' convention: no factor 1/2).</param>
public readonly record struct WeightPenalty(Parameter Parameter, double Strength);

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
