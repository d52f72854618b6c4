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
    /// <summary>The L2 penalties of this network's weights.</summary>
    public virtual IEnumerable<WeightPenalty> Penalties => Below(this);

    // Through lists of layers too: a ModuleList is a module between a network and its layers, and no Network itself.
    private static IEnumerable<WeightPenalty> Below(nn.Module module) =>
        module.children().SelectMany(c => c is Network network ? network.Penalties : Below(c));
}
