using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// R classifiers with two hidden ReLU layers and a logistic output as one batched network: products [R, B, D] x [R, D, H], all
/// parameters in one tensor [R, P], and Adam's state beside it.
/// </summary>
/// <remarks>
/// The gradient is written by hand: for this one network it takes half the time of the recorded one, and it lands in the flat
/// tensor in which Adam moves all classifiers with six operations.
/// </remarks>
internal sealed class BatchedNetwork : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999;
    private static readonly Scalar s_beta1 = Beta1.ToScalar(), s_rest1 = (1 - Beta1).ToScalar();
    private static readonly Scalar s_beta2 = Beta2.ToScalar(), s_rest2 = (1 - Beta2).ToScalar(), s_epsilon = 1e-8.ToScalar();
    private readonly NetworkShape _shape;
    private readonly Tensor _penalised; // [P]: 1 for weights, 0 for biases
    private Tensor _parameters, _mean, _square; // [R, P]
    private int _steps;

    /// <summary>Networks with the given initial parameters.</summary>
    /// <param name="shape">Sizes of the layers.</param>
    /// <param name="initial">[R, P]; copied.</param>
    internal BatchedNetwork(NetworkShape shape, Tensor initial)
    {
        _shape = shape;
        using DisposeScope scope = NewDisposeScope();
        _parameters = initial.clone().DetachFromDisposeScope();
        _mean = zeros_like(_parameters).DetachFromDisposeScope();
        _square = zeros_like(_parameters).DetachFromDisposeScope();
        float[] weights = new float[shape.Count];
        weights.AsSpan(NetworkShape.Weight1, shape.Inputs * shape.Hidden).Fill(1);
        weights.AsSpan(shape.Weight2, shape.Hidden * shape.Hidden).Fill(1);
        weights.AsSpan(shape.Weight3, shape.Hidden).Fill(1);
        _penalised = tensor(weights, device: initial.device).DetachFromDisposeScope();
    }

    /// <summary>The parameters, [R, P].</summary>
    internal Tensor Parameters => _parameters;

    /// <summary>The log-odds of class 1.</summary>
    /// <param name="x">[R, B, D].</param>
    /// <returns>[R, B].</returns>
    internal Tensor Logits(Tensor x) => Forward(x).Logits.squeeze(2);

    /// <summary>The training loss of a batch and its gradient, by scikit-learn's definitions.</summary>
    /// <param name="x">[R, B, D].</param>
    /// <param name="y">Classes 0 or 1 as float32, [R, B, 1].</param>
    /// <param name="l2">Weight of the penalty 0.5 l2 |W|^2 / B.</param>
    /// <returns>Loss [R] and gradient [R, P].</returns>
    internal (Tensor Loss, Tensor Gradient) LossAndGradient(Tensor x, Tensor y, double l2)
    {
        long rows = x.size(0), batch = x.size(1);
        using Scalar size = batch.ToScalar(), half = (0.5 * l2 / batch).ToScalar(), whole = (l2 / batch).ToScalar();
        (Tensor a1, Tensor a2, Tensor logits) = Forward(x);
        Tensor loss = nn.functional.softplus(logits).sub_(y * logits).mean([1, 2]);
        Tensor d3 = logits.sigmoid().sub_(y).div_(size); // [R, B, 1], the derivative by the log-odds
        Tensor w2 = Part(_shape.Weight2, _shape.Hidden, _shape.Hidden);
        Tensor w3 = Part(_shape.Weight3, _shape.Hidden, 1);
        // sign() of an activation of ReLU is the derivative of that ReLU.
        Tensor d2 = d3.bmm(w3.transpose(1, 2)).mul_(a2.sign());
        Tensor d1 = d2.bmm(w2.transpose(1, 2)).mul_(a1.sign());
        Tensor gradient = cat(
        [
            x.transpose(1, 2).bmm(d1).reshape(rows, -1), d1.sum(1),
            a1.transpose(1, 2).bmm(d2).reshape(rows, -1), d2.sum(1),
            a2.transpose(1, 2).bmm(d3).reshape(rows, -1), d3.sum(1),
        ], 1);
        if (l2 > 0)
        {
            Tensor weights = _parameters * _penalised;
            loss.add_((weights * weights).sum(1), alpha: half);
            gradient.add_(weights, alpha: whole);
        }

        return (loss, gradient);
    }

    /// <summary>One step of Adam in scikit-learn's form (epsilon beside the uncorrected root).</summary>
    /// <param name="gradient">[R, P].</param>
    /// <param name="learningRate">Step size.</param>
    internal void Step(Tensor gradient, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        _steps++;
        using Scalar rate = (-learningRate * Math.Sqrt(1 - Math.Pow(Beta2, _steps)) / (1 - Math.Pow(Beta1, _steps))).ToScalar();
        _mean.mul_(s_beta1).add_(gradient, alpha: s_rest1);
        _square.mul_(s_beta2).addcmul_(gradient, gradient, s_rest2);
        _parameters.addcdiv_(_mean, _square.sqrt().add_(s_epsilon), rate);
    }

    /// <summary>Keeps some of the classifiers, in the given order.</summary>
    /// <param name="index">int64, [R'].</param>
    internal void Keep(Tensor index)
    {
        Replace(ref _parameters, index);
        Replace(ref _mean, index);
        Replace(ref _square, index);

        static void Replace(ref Tensor tensor, Tensor index)
        {
            Tensor kept = tensor.index_select(0, index).DetachFromDisposeScope();
            tensor.Dispose();
            tensor = kept;
        }
    }

    /// <summary>A new network of some of the classifiers, without their optimiser state.</summary>
    /// <param name="index">int64, [R'].</param>
    internal BatchedNetwork Select(Tensor index)
    {
        using Tensor chosen = _parameters.index_select(0, index);
        return new BatchedNetwork(_shape, chosen);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parameters.Dispose();
        _mean.Dispose();
        _square.Dispose();
        _penalised.Dispose();
    }

    private (Tensor A1, Tensor A2, Tensor Logits) Forward(Tensor x)
    {
        int h = _shape.Hidden;
        // Not baddbmm: TorchSharp 0.107 hands its operands over in another order than their names say, and a sum in place costs no more.
        Tensor a1 = x.bmm(Part(NetworkShape.Weight1, _shape.Inputs, h)).add_(Part(_shape.Bias1, 1, h), Scalars.One).relu_();
        Tensor a2 = a1.bmm(Part(_shape.Weight2, h, h)).add_(Part(_shape.Bias2, 1, h), Scalars.One).relu_();
        return (a1, a2, a2.bmm(Part(_shape.Weight3, h, 1)).add_(Part(_shape.Bias3, 1, 1), Scalars.One));
    }

    private Tensor Part(int start, int rows, int columns) =>
        _parameters.narrow(1, start, (long)rows * columns).view(_parameters.size(0), rows, columns);
}
