using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Images;

/// <summary>
/// A time as a vector: sines and cosines of 1000 t / T at geometrically falling frequencies (Ho et al. 2020), then two dense layers
/// of the same width with a nonlinearity between them.
/// </summary>
/// <remarks>
/// With F features the frequencies are 10000^(-i / (F/2 - 1)), i = 0 .. F/2 - 1; the first half of the vector are sines, the second
/// cosines.
/// </remarks>
public sealed class TimeEmbedding : Network
{
    private readonly Tensor frequencies;
    private readonly Dense first;
    private readonly Dense second;
    private readonly TimeActivation _activation;

    /// <summary>An embedding of times from 0 to <paramref name="largestTime"/>.</summary>
    /// <param name="features">F, even, at least 4.</param>
    /// <param name="largestTime">T: the largest noise level of a consistency model, 1 for flow matching.</param>
    /// <param name="activation">The nonlinearity.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public TimeEmbedding(int features, double largestTime, TimeActivation activation, RandomSource random)
        : base(nameof(TimeEmbedding))
    {
        if (features < 4 || features % 2 != 0)
        {
            throw new ArgumentException($"features: expected an even number of at least 4, got {features}.", nameof(features));
        }

        if (!(largestTime > 0))
        {
            throw new ArgumentException("largest time: expected a positive number.", nameof(largestTime));
        }

        _activation = activation;
        int half = features / 2;
        float[] values =
            [.. Enumerable.Range(0, half).Select(i => (float)(1000 / largestTime * Math.Pow(10_000, -i / (half - 1.0))))];
        frequencies = tensor(values, [1, half]).DetachFromDisposeScope();
        first = new Dense(features, features, random);
        second = new Dense(features, features, random);
        RegisterComponents();
    }

    /// <summary>The sines and cosines alone.</summary>
    /// <param name="time">[N, 1].</param>
    /// <returns>[N, F].</returns>
    public Tensor Waves(Tensor time)
    {
        Tensor angles = time * frequencies;
        return cat([angles.sin(), angles.cos()], 1);
    }

    /// <summary>Embeds times.</summary>
    /// <param name="time">[N, 1].</param>
    /// <returns>[N, F].</returns>
    public Tensor Apply(Tensor time)
    {
        Tensor hidden = first.Apply(Waves(time));
        return second.Apply(_activation == TimeActivation.Relu ? hidden.relu_() : nn.functional.silu(hidden));
    }
}
