using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// The Runge-Kutta pair 5(4) of Dormand and Prince (1980) for d theta / dt = v(theta, t; x): a step of fifth order, whose error is told by
/// one of fourth order from the same passes. The last pass of a step is the first of the next.
/// </summary>
internal sealed class DormandPrince(IVelocityField field) : IAdaptiveMethod
{
    private Tensor? _slopes;
    private Tensor? _last;

    /// <inheritdoc/>
    public int FirstPasses => 1;

    /// <inheritdoc/>
    public int Passes => 6;

    /// <inheritdoc/>
    public double Power => DormandPrincePair.Power;

    /// <inheritdoc/>
    public void Begin(Tensor theta, Tensor time, Tensor condition) =>
        _slopes = field.Velocity(theta, time, condition).DetachFromDisposeScope();

    /// <inheritdoc/>
    public (Tensor Next, Tensor Error) Attempt(Tensor theta, Tensor time, Tensor width, Tensor condition, Tensor rows)
    {
        List<Tensor> slopes = [_slopes!.index_select(0, rows)];
        Tensor next = theta;
        for (int stage = 1; stage < DormandPrincePair.Stages; stage++)
        {
            using Scalar node = DormandPrincePair.Nodes[stage].ToScalar();
            next = theta.add(width * Sum(slopes, DormandPrincePair.Weights(stage)), Scalars.One);
            slopes.Add(field.Velocity(next, time.add(width.mul(node), Scalars.One), condition));
        }

        _last = slopes[^1];
        return (next, width * Sum(slopes, DormandPrincePair.Error));
    }

    /// <inheritdoc/>
    public void Accept(Tensor rows, Tensor places) => _slopes!.index_copy_(0, rows, _last!.index_select(0, places));

    /// <inheritdoc/>
    public void Dispose() => _slopes?.Dispose();

    private static Tensor Sum(List<Tensor> slopes, ReadOnlySpan<double> weights)
    {
        Tensor sum = Weighted(slopes[0], weights[0]);
        for (int i = 1; i < weights.Length; i++)
        {
            sum = weights[i] != 0 ? sum.add(Weighted(slopes[i], weights[i]), Scalars.One) : sum;
        }

        return sum;
    }

    private static Tensor Weighted(Tensor slope, double weight)
    {
        using Scalar factor = weight.ToScalar();
        return slope.mul(factor);
    }
}
