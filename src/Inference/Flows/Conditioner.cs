using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>The network inside a coupling: dense ReLU layers with dropout, then a linear layer that starts at zero.</summary>
public sealed class Conditioner : Network
{
    private readonly DenseLayers hidden;
    private readonly Dense last;

    /// <summary>A network from C inputs to the wanted number of outputs.</summary>
    /// <param name="context">C.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public Conditioner(long context, long outputs, CouplingFlowSettings settings, RandomSource random)
        : base(nameof(Conditioner))
    {
        ArgumentNullException.ThrowIfNull(settings);
        hidden = new DenseLayers(context, settings.Units, settings.HiddenLayers, random, settings.Dropout, settings.L2);
        last = new Dense(settings.Units, outputs, random: null);
        RegisterComponents();
    }

    /// <summary>Its layers in order.</summary>
    internal IEnumerable<Dense> Layers => [.. hidden.Layers, last];

    /// <summary>Applies the network.</summary>
    /// <param name="context">[N, C].</param>
    /// <param name="pass">Whether dropout is on.</param>
    public Tensor Apply(Tensor context, ForwardPass pass) => last.Apply(hidden.Apply(context, pass));
}
