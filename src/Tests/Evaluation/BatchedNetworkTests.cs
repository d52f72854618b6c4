using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

[TestFixture]
public sealed class BatchedNetworkTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(11);

    [Test]
    public void TheGradientIsThatOfAutograd()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        var shape = new NetworkShape(3, 8);
        Tensor x = random.Normal([4, 50, 3]), y = random.Integers(0, 2, [4, 50, 1]).to_type(ScalarType.Float32);
        using BatchedNetwork network = Networks(4, shape);
        (Tensor loss, Tensor gradient) = network.LossAndGradient(x, y, l2: 0.3);

        using BatchedNetwork recorded = Networks(4, shape);
        recorded.Parameters.requires_grad_();
        Tensor entropy = nn
            .functional.binary_cross_entropy_with_logits(recorded.Logits(x), y.squeeze(2), reduction: nn.Reduction.None)
            .mean([1]);
        Tensor squares = zeros(4);
        foreach ((int start, int length) in new[] { (0, 24), (32, 64), (104, 8) }) // W1, W2, w3
        {
            squares = squares + recorded.Parameters.narrow(1, start, length).square().sum(1);
        }

        Tensor expected = entropy + 0.5 * 0.3 / 50 * squares;
        expected.sum().backward();
        Assert.Multiple(() =>
        {
            Assert.That(shape.Count, Is.EqualTo(113));
            Assert.That(loss.allclose(expected, rtol: 1e-5, atol: 1e-6), Is.True);
            // float32: sums of 50 products of order 0.1.
            Assert.That(gradient.allclose(recorded.Parameters.grad!, rtol: 1e-4, atol: 1e-6), Is.True);
        });
    }

    [Test]
    public void AStepIsAdamsWithTheUncorrectedRoot()
    {
        using DisposeScope scope = NewDisposeScope();
        using BatchedNetwork network = Networks(1, new NetworkShape(1, 1));
        float[] before = network.Parameters.data<float>().ToArray();
        double m = 0, v = 0, value = before[2];
        for (int t = 1; t <= 3; t++)
        {
            double g = 0.1 * t;
            network.Step(full_like(network.Parameters, g), 1e-3);
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            value -= 1e-3 * Math.Sqrt(1 - Math.Pow(0.999, t)) / (1 - Math.Pow(0.9, t)) * m / (Math.Sqrt(v) + 1e-8);
        }

        Assert.That(network.Parameters[0, 2].item<float>(), Is.EqualTo(value).Within(1e-6));
    }

    [Test]
    public void InitialWeightsFillTheRangeOfScikitLearn()
    {
        var shape = new NetworkShape(2, 32);
        float[] parameters = new float[shape.Count];
        shape.Initialise(parameters, s_key);
        float[] first = parameters[..shape.Weight2], second = parameters[shape.Weight2..shape.Weight3];
        double bound = Math.Sqrt(6.0 / 64);
        Assert.Multiple(() =>
        {
            Assert.That(first.Max(MathF.Abs), Is.LessThanOrEqualTo(Math.Sqrt(6.0 / 34)));
            Assert.That(second.Max(MathF.Abs), Is.LessThanOrEqualTo(bound).And.GreaterThan(0.99 * bound));
            // 1056 uniform numbers: the standard error of the variance is below 3%.
            Assert.That(second.Average(w => (double)w * w), Is.EqualTo(bound * bound / 3).Within(0.1 * bound * bound / 3));
        });
    }

    [Test]
    public void TrainingEndsAfterMoreIdleEpochsThanThePatience()
    {
        var rule = new StoppingRule(tolerance: 0.1, patience: 2);
        // 1 and 0.8 improve; 0.75 does not by enough, yet it becomes the best; 0.7, 0.68 are idle too.
        double[] losses = [1, 0.8, 0.75, 0.7, 0.68];
        bool[] ends = [false, false, false, false, true];
        Assert.That(losses.Select(l => rule.Ends(l)), Is.EqualTo(ends));
    }

    private static BatchedNetwork Networks(int count, NetworkShape shape)
    {
        float[] initial = new float[count * shape.Count];
        for (int i = 0; i < count; i++)
        {
            shape.Initialise(initial.AsSpan(i * shape.Count, shape.Count), s_key.Child(i));
        }

        using Tensor values = tensor(initial, [count, shape.Count]);
        return new BatchedNetwork(shape, values);
    }
}
