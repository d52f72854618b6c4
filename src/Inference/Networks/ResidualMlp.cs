using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>Settings of <see cref="ResidualMlp"/>.</summary>
public sealed record ResidualMlpSettings
{
    /// <summary>Width of every hidden layer.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 256;

    /// <summary>Number of residual blocks behind the first dense layer.</summary>
    [Range(0, 64)]
    public int Blocks { get; init; } = 2;

    /// <summary>Dropout rate inside the residual blocks.</summary>
    [Range(0.0, 0.99)]
    public double Dropout { get; init; }

    /// <summary>L2 penalty on the weights of the first and the residual layers (not the output layer).</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; }
}

/// <summary>
/// The paper's free-form MLP: Dense(H, ReLU), then blocks h = ReLU(dropout(W h + b) + h), then a linear layer to D outputs.
/// Its input is the concatenation of noisy parameter, condition and raw time.
/// </summary>
public sealed class ResidualMlp : FreeFormNetwork
{
    private readonly Dense first;
    private readonly ModuleList<Dense> blocks = [];
    private readonly Dense last;
    private readonly double _dropout;

    /// <summary>A network for D parameters and S summaries.</summary>
    /// <param name="parameters">D.</param>
    /// <param name="condition">S.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public ResidualMlp(long parameters, long condition, ResidualMlpSettings settings, RandomSource random)
        : base(nameof(ResidualMlp))
    {
        ArgumentNullException.ThrowIfNull(settings);
        _dropout = settings.Dropout;
        first = new Dense(parameters + condition + 1, settings.Units, random, settings.L2);
        for (int i = 0; i < settings.Blocks; i++)
        {
            blocks.Add(new Dense(settings.Units, settings.Units, random, settings.L2));
        }

        last = new Dense(settings.Units, parameters, random);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        Tensor h = first.Apply(cat([theta, condition, time], 1)).relu_();
        foreach (Dense block in blocks)
        {
            h = pass.Dropout(block.Apply(h), _dropout).add_(h).relu_();
        }

        return last.Apply(h);
    }
}
