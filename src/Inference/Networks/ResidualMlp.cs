using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

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
    private readonly VectorMlpDispatch _vectors;

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
        _vectors = new VectorMlpDispatch([first, .. blocks, last], (int)(parameters + condition + 1), settings.Units, (int)parameters);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        Tensor input = cat([theta, condition, time], 1);
        CountPass(input.shape[0]);
        Tensor?[] masks = [.. blocks.Select(_ => pass.Mask(first.Weight.shape[0], input.shape[0], _dropout, input.device))];
        if (UsesVectors(input, pass))
        {
            return _vectors.Apply(input, masks);
        }

        Tensor h = first.Apply(input).relu_();
        for (int b = 0; b < blocks.Count; b++)
        {
            Tensor inner = blocks[b].Apply(h);
            h = (masks[b] is Tensor mask ? inner * mask.t() : inner).add_(h).relu_();
        }

        return last.Apply(h);
    }

    /// <summary>Whether a pass goes through vector code.</summary>
    /// <param name="input">[N, C].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor input, ForwardPass pass) => _vectors.Accepts(input, pass);
}
