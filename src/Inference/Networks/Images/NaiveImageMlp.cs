using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>
/// The "naive" network of the denoising experiment, which does not know that its parameters are an image: a residual MLP on the
/// concatenation of noisy parameters, condition and time embedding.
/// </summary>
/// <remarks>
/// h = ReLU(Dense(input)); then h = ReLU(h + Dense(h)) for every residual layer but the last, and the output is Dense(h + Dense(h)).
/// As in the published script the time's sines and cosines pass two dense layers of their own before the concatenation.
/// </remarks>
public sealed class NaiveImageMlp : FreeFormNetwork
{
    private readonly TimeEmbedding embedding;
    private readonly Dense first;
    private readonly ModuleList<Dense> blocks = [];
    private readonly Dense last;

    /// <summary>A network for D parameters and S summaries.</summary>
    /// <param name="parameters">D.</param>
    /// <param name="condition">S.</param>
    /// <param name="largestTime">T: the largest noise level of a consistency model, 1 for flow matching.</param>
    /// <param name="settings">Widths.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public NaiveImageMlp(long parameters, long condition, double largestTime, NaiveImageMlpSettings settings, RandomSource random)
        : base(nameof(NaiveImageMlp))
    {
        ArgumentNullException.ThrowIfNull(settings);
        embedding = new TimeEmbedding(settings.TimeFeatures, largestTime, TimeActivation.Relu, random);
        first = new Dense(parameters + condition + settings.TimeFeatures, settings.Units, random);
        for (int i = 0; i < settings.Blocks; i++)
        {
            blocks.Add(new Dense(settings.Units, settings.Units, random));
        }

        last = new Dense(settings.Units, parameters, random);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(theta);
        CountPass(theta.shape[0]);
        Tensor h = first.Apply(cat([theta, condition, embedding.Apply(time)], 1)).relu_();
        for (int i = 0; i < blocks.Count; i++)
        {
            h = blocks[i].Apply(h).add_(h, Scalars.One);
            h = i < blocks.Count - 1 ? h.relu_() : h;
        }

        return last.Apply(h);
    }
}
