using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Series;

/// <summary>Shifts and scales data by the mean and the standard deviation of the training set, which are kept with the weights.</summary>
internal sealed class Standardisation : Network
{
    private readonly Tensor mean;
    private readonly Tensor deviation;

    /// <summary>Takes one mean and one standard deviation over all numbers of the training data.</summary>
    /// <param name="training">Any shape, at least two numbers.</param>
    public Standardisation(Tensor training)
        : base(nameof(Standardisation))
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor values = training.detach().to(ScalarType.Float64);
        Tensor spread = values.std(unbiased: false);
        mean = values.mean().to(ScalarType.Float32).DetachFromDisposeScope();
        // Data that do not vary stay as they are: they say nothing at any scale.
        deviation = spread.masked_fill(spread.eq(Scalars.Zero), Scalars.One).to(ScalarType.Float32).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Applies it.</summary>
    /// <param name="x">Any shape.</param>
    /// <returns>The same shape.</returns>
    public Tensor Apply(Tensor x) => (x - mean) / deviation;
}
