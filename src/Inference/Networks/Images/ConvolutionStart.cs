namespace Reproduce.Inference.Networks.Images;

/// <summary>How the weights of a <see cref="Convolution"/> begin; biases begin at zero.</summary>
public enum ConvolutionStart
{
    /// <summary>Uniform within sqrt(6 / (fan in + fan out)).</summary>
    GlorotUniform,

    /// <summary>Normal with variance 2 / fan in, cut off at two standard deviations of the parent distribution.</summary>
    HeNormal,

    /// <summary>All zero: the layer is silent until it has learned something.</summary>
    Zero,
}
