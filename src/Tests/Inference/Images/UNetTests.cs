using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Images;

/// <summary>
/// The U-Net: size by formula, start at zero, independence of the batch, gradients against finite differences, conditioning.
/// </summary>
public sealed class UNetTests() : SeededTests(s_key)
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(79);

    [Test]
    public void HasThePublishedSize()
    {
        using UNet net = new(28, 128, 200, new UNetSettings(), Random);
        long expected = Conv(1, 16, 3) + 2 * Affine(64, 64)
            + 2 * Block(16, 16) + Conv(16, 16, 3)
            + Block(16, 32) + Block(32, 32) + Conv(32, 32, 3)
            + Block(32, 64) + Block(64, 64) + 2 * Attention(64)
            + 2 * Block(64, 64) + Attention(64)
            + 2 * Block(64 + 64, 64) + Block(64 + 32, 64) + 3 * Attention(64) + Conv(64, 64, 3)
            + Block(64 + 32, 32) + Block(32 + 32, 32) + Block(32 + 16, 32) + Conv(32, 32, 3)
            + Block(32 + 16, 16) + 2 * Block(16 + 16, 16)
            + 2 * 16 + Conv(16, 1, 3);
        Assert.That(expected, Is.EqualTo(1_080_353));
        Assert.That(net.CountWeights(), Is.EqualTo(expected));
        Assert.That(net.Penalties, Is.Empty);

        static long Conv(long i, long o, long k) => i * o * k * k + o;
        static long Affine(long i, long o) => i * o + o;
        static long Block(long i, long o) =>
            2 * i + Conv(i, o, 3) + Affine(64 + 128, o) + 2 * o + Conv(o, o, 3) + (i == o ? 0 : Conv(i, o, 1));
        static long Attention(long c) => 2 * c + 4 * Affine(c, c);
    }

    /// <summary>
    /// Against loops over arrays, in double precision: where zeros are put around an image, how it is enlarged, what the attention is
    /// added to, the activations, the order of what is kept.
    /// </summary>
    [TestCase(8, 2, 1)]
    [TestCase(8, 3, 2)]
    public void FollowsItsDescription(int side, int levels, int blocks)
    {
        const int Channels = 4, Groups = 2, Condition = 3;
        const double LargestTime = 200;
        using IDisposable noGrad = no_grad();
        using UNet net = new UNet(
            side,
            Condition,
            LargestTime,
            new UNetSettings
            {
                Channels = Channels,
                Levels = levels,
                Blocks = blocks,
                Groups = Groups,
            },
            Random
        ).Perturb(0.2, s_key.Child("w"));
        net.to(ScalarType.Float64);
        Tensor theta = Random.Normal([2, side * side], dtype: ScalarType.Float64);
        Tensor condition = Random.Normal([2, Condition], dtype: ScalarType.Float64);
        Tensor time = tensor(new[] { 0.2, 4.0 }, [2, 1]);
        double[] output = net.Apply(theta, condition, time, ForwardPass.Evaluation).Numbers();
        PlainImages plain = new(net, Groups);
        double[] expected = [.. Enumerable.Range(0, 2).SelectMany(row => plain.UNet(
            theta[row].Numbers(), condition[row].Numbers(), time[row].Numbers()[0], LargestTime, Channels, side, levels, blocks))];
        Assert.That(expected.Max(Math.Abs), Is.GreaterThan(0.5), "every branch counts");
        Assert.That(output, Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void GivesZeroBeforeTraining()
    {
        using IDisposable noGrad = no_grad();
        using UNet net = Small();
        Assert.That(Output(net, 3).Numbers(), Has.All.Zero);
        string[] zero =
        [
            .. net.named_parameters()
                .Where(p => p.name.EndsWith("weight", StringComparison.Ordinal) && p.parameter.abs().max().item<float>() == 0)
                .Select(p => p.name),
        ];
        string[] expected =
        [
            .. net.named_parameters()
                .Select(p => p.name)
                .Where(n =>
                    n is "last.weight"
                    || n.EndsWith("convolution2.weight", StringComparison.Ordinal)
                    || n.EndsWith("projection.weight", StringComparison.Ordinal)
                ),
        ];
        Assert.That(zero, Is.EquivalentTo(expected));
        Assert.That(zero, Has.Length.EqualTo(1 + 17 + 6));
    }

    /// <summary>
    /// With sums written as <c>a + b</c> this fails within a few passes: the collections free the sum's hidden factor while it is read.
    /// </summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ARowDoesNotDependOnItsBatchWhileGarbageIsCollected()
    {
        using IDisposable noGrad = no_grad();
        using UNet net = Small().Perturb(0.1, s_key.Child("w"));
        Tensor theta = Random.Normal([3, 64]), condition = Random.Normal([3, 6]), time = Random.Uniform([3, 1]);
        double[][] alone = [.. Enumerable.Range(0, 3).Select(row => Apply(row, 1).Numbers())];
        Assert.That(alone[0].Max(Math.Abs), Is.GreaterThan(0.01), "the comparison has something to compare");
        double largest = 0;
        using CancellationTokenSource stop = new();
        Thread collector = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                Thread.Sleep(1);
            }
        });
        collector.Start();
        try
        {
            for (int i = 0; i < 200; i++)
            {
                using IDisposable scope = NewDisposeScope();
                int rows = 2 + i % 2;
                double[] together = Apply(0, rows).Numbers();
                for (int row = 0; row < rows; row++)
                {
                    double distance = together.Skip(64 * row).Take(64).Zip(alone[row], (a, b) => Math.Abs(a - b)).Max();
                    largest = double.IsNaN(distance) ? double.PositiveInfinity : Math.Max(largest, distance);
                }
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        // Numbers of order 1 in float32 through 50 layers.
        Assert.That(largest, Is.LessThan(1e-5));

        Tensor Apply(int first, int rows) => net.Apply(
            theta.narrow(0, first, rows), condition.narrow(0, first, rows), time.narrow(0, first, rows), ForwardPass.Evaluation);
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void GradientsAreThoseOfFiniteDifferences()
    {
        using UNet net = Small().Perturb(0.1, s_key.Child("w"));
        net.to(ScalarType.Float64);
        Tensor theta = Random.Normal([2, 64], dtype: ScalarType.Float64).requires_grad_();
        Tensor condition = Random.Normal([2, 6], dtype: ScalarType.Float64).requires_grad_();
        Tensor time = Random.Uniform([2, 1], dtype: ScalarType.Float64).requires_grad_();
        Tensor weights = Random.Normal([2, 64], dtype: ScalarType.Float64);
        Loss().backward();
        List<(string Name, Tensor Value)> leaves = [("theta", theta), ("condition", condition), ("time", time)];
        leaves.AddRange(net.named_parameters().Select(p => (p.name, (Tensor)p.parameter)));
        foreach ((string name, Tensor leaf) in leaves)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor direction = Random.Normal(leaf.shape, dtype: ScalarType.Float64);
            double expected = (leaf.grad! * direction).sum().item<double>();

            // Central differences: a rounding error of 1e-14 / step, and one of step^2 times the cube of the direction's length (up to 24).
            const double step = 1e-6;
            double measured = (Shifted(step) - Shifted(-step)) / (2 * step);
            Assert.That(measured, Is.EqualTo(expected).Within(1e-6 * Math.Max(1, Math.Abs(expected))), name);

            double Shifted(double by)
            {
                using IDisposable noGrad = no_grad();
                Tensor kept = leaf.clone();
                leaf.add_(direction * by);
                double loss = Loss().item<double>();
                leaf.copy_(kept);
                return loss;
            }
        }

        Tensor Loss() => (net.Apply(theta, condition, time, ForwardPass.Evaluation) * weights).sum();
    }

    [Test]
    public void GradientsReachEveryWeight()
    {
        using UNet net = Small().Perturb(0.05, s_key.Child("w"));
        using FlatParameters flat = new(net);
        Output(net, 4).square().mean().backward();
        foreach ((string name, Parameter parameter) in net.named_parameters())
        {
            if (name.EndsWith("key.bias", StringComparison.Ordinal))
            {
                // Adds the same to all scores of a query: attention does not see it.
                continue;
            }

            Assert.That(parameter.grad!.abs().max().item<float>(), Is.GreaterThan(0).And.LessThan(float.PositiveInfinity), name);
        }
    }

    /// <summary>
    /// Time and condition reach a block through its own dense layer only: with all other such layers silent, each block still hears both.
    /// </summary>
    [Test]
    public void TimeAndConditionEnterEveryBlock()
    {
        using IDisposable noGrad = no_grad();
        using UNet net = Small().Perturb(0.1, s_key.Child("w"));
        (string Name, Parameter Weight, Tensor Kept)[] layers =
        [
            .. net.named_parameters()
                .Where(p => p.name.EndsWith("conditioning.weight", StringComparison.Ordinal))
                .Select(p => (p.name, p.parameter, p.parameter.clone())),
        ];
        Assert.That(layers, Has.Length.EqualTo(3 * 2 + 2 + 3 * 3));
        Tensor theta = Random.Normal([1, 64]), condition = Random.Normal([1, 6]), time = full([1, 1], 3f);
        Assert.That(Change(condition * 2, time), Is.GreaterThan(1e-4));
        foreach ((_, Parameter weight, _) in layers)
        {
            weight.zero_();
        }

        Assert.That(Change(condition * 2, time * 2), Is.Zero, "no other way in");
        foreach ((string name, Parameter weight, Tensor kept) in layers)
        {
            weight.copy_(kept);
            Assert.That(Change(condition * 2, time), Is.GreaterThan(1e-6), $"condition, {name}");
            Assert.That(Change(condition, time * 2), Is.GreaterThan(1e-6), $"time, {name}");
            weight.zero_();
        }

        double Change(Tensor otherCondition, Tensor otherTime)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor before = net.Apply(theta, condition, time, ForwardPass.Evaluation);
            return (net.Apply(theta, otherCondition, otherTime, ForwardPass.Evaluation) - before).abs().max().item<float>();
        }
    }

    /// <summary>
    /// libtorch's convolution, group normalisation and attention have no kernels for the meta device, so the U-Net cannot run there. What
    /// can be shown: every tensor that it owns moves, and the embedding, the only part that brings numbers of its own, stays there.
    /// </summary>
    [Test]
    public void StaysOnItsDevice()
    {
        using UNet net = Small();
        net.to(META);
        Assert.That(net.parameters().Concat(net.buffers()).Select(p => p.device.type), Has.All.EqualTo(DeviceType.META));
        Assert.That(net.buffers().Count(), Is.EqualTo(1), "the frequencies of the time");

        using TimeEmbedding embedding = new(16, 10, TimeActivation.Swish, Random);
        embedding.to(META);
        Assert.That(embedding.Apply(zeros([2, 1], device: META)).device.type, Is.EqualTo(DeviceType.META));
    }

    [Test]
    public void ImpossibleSizesAreRefused()
    {
        Assert.That(
            () => new UNet(30, 6, 1, new UNetSettings(), Random),
            Throws.ArgumentException.With.Message.Contains("a multiple of 4 for 3 levels, got 30")
        );
        Assert.That(
            () => new UNet(28, 6, 1, new UNetSettings { Channels = 12 }, Random),
            Throws.ArgumentException.With.Message.Contains("a divisor of the 12 channels")
        );
    }

    // Images of 8 x 8 pixels, 6 summaries, T = 200.
    private UNet Small() => new(8, 6, 200, new UNetSettings { Channels = 8, Groups = 4 }, Random);

    private Tensor Output(UNet network, long rows) =>
        network.Apply(Random.Normal([rows, 64]), Random.Normal([rows, 6]), Random.Uniform([rows, 1]) * 10, ForwardPass.Evaluation);
}
