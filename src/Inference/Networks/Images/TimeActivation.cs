namespace Reproduce.Inference.Networks.Images;

/// <summary>The nonlinearity inside a <see cref="TimeEmbedding"/>.</summary>
public enum TimeActivation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x / (1 + exp(-x)).</summary>
    Swish,
}
