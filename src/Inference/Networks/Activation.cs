namespace Reproduce.Inference.Networks;

/// <summary>What follows a dense layer.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x * sigmoid(x).</summary>
    Swish,
}
