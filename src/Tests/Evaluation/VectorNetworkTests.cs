using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

[Category("VectorCode")]
public sealed class VectorNetworkTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(13);

    // Widths that need padding and ones that do not; batches that end within a tile and within a vector.
    [TestCase(2, 32, 200)]
    [TestCase(3, 30, 37)]
    [TestCase(10, 160, 16)]
    [TestCase(1, 1, 1)]
    public void ThreeStepsAreThoseOfTheBatchedNetwork(int inputs, int hidden, int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        var shape = new NetworkShape(inputs, hidden);
        float[] initial = new float[shape.Count];
        shape.Initialise(initial, s_key);
        using var batched = new BatchedNetwork(shape, tensor(initial, [1, shape.Count]));
        var vector = new VectorNetwork(shape, batch);
        vector.Start(initial);
        for (int step = 0; step < 3; step++)
        {
            Tensor x = random.Normal([1, batch, inputs]) * 3, y = random.Integers(0, 2, [1, batch, 1]).to_type(ScalarType.Float32);
            float[] rows = x.data<float>().ToArray();
            for (int i = 0; i < batch; i++)
            {
                rows.AsSpan(i * inputs, inputs).CopyTo(vector.X[(i * vector.InputWidth)..]);
            }

            y.data<float>().ToArray().CopyTo(vector.Y);
            float[] logits = batched.Logits(x).data<float>().ToArray();
            vector.Forward(batch);
            float[] ours = vector.Logits[..batch].ToArray();
            (Tensor loss, Tensor gradient) = batched.LossAndGradient(x, y, 0.01);
            double ourLoss = vector.LossAndGradient(batch, 0.01f);
            Assert.Multiple(() =>
            {
                // float32 sums of at most 200 products in another order.
                Assert.That(ours, Is.EqualTo(logits).Within(1e-4));
                Assert.That(ourLoss, Is.EqualTo(loss.item<float>()).Within(1e-5));
                Assert.That(vector.Gradient(), Is.EqualTo(gradient.data<float>().ToArray()).Within(1e-5));
            });
            batched.Step(gradient, 1e-3);
            vector.Step(1e-3);
        }
    }

    [Test]
    public void ATrainingDoesNotRememberTheOneBefore()
    {
        var shape = new NetworkShape(2, 8);
        float[] initial = new float[shape.Count];
        shape.Initialise(initial, s_key);
        var used = new VectorNetwork(shape, 20);
        float[] first = Train(used), second = Train(used);
        Assert.That(second, Is.EqualTo(first));

        float[] Train(VectorNetwork network)
        {
            network.Start(initial);
            network.X.Fill(0.5f);
            network.Y[..5].Fill(1);
            network.LossAndGradient(20, 0);
            network.Step(0.1);
            network.LossAndGradient(20, 0);
            return network.Gradient();
        }
    }

    [Test]
    public void HugeLogOddsGiveAFiniteLoss()
    {
        var shape = new NetworkShape(1, 1);
        var network = new VectorNetwork(shape, 4);
        network.Start([1, 0, 1, 0, 1, 0]);
        network.X[0] = 1000;
        // Class 0 at log-odds 1000 costs 1000; the other three rows are at log-odds 0.
        Assert.That(network.LossAndGradient(4, 0), Is.EqualTo((1000 + 3 * Math.Log(2)) / 4).Within(1e-3));
    }
}
