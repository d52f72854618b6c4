using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The residual MLP in vector code against the same network in libtorch's operations: values, gradients, masks, memory.</summary>
[Category("VectorCode")]
public sealed class VectorMlpTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(41);

    [Test]
    public void ValuesAndGradientsAreLibtorchs(
        [Values(1, 31, 32, 64, 77)] int rows, [Values(0, 1, 2)] int blocks, [Values(0.0, 0.1)] double dropout, [Values(32, 256)] int units)
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        VectorCode.AssertSame(Pass(true, rows, blocks, dropout, units), Pass(false, rows, blocks, dropout, units), tolerance: 2e-5);
    }

    [Test]
    public void ManyInputsAndOutputs()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, double[]> vectors = Pass(true, 40, 2, 0.1, 64, parameters: 45, condition: 33);
        VectorCode.AssertSame(vectors, Pass(false, 40, 2, 0.1, 64, parameters: 45, condition: 33), tolerance: 2e-5);
    }

    [Test]
    public void AWidthThatDoesNotFitThePanelsIsLeftToLibtorch()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using ResidualMlp network = Network(random, 2, 3, 0.1, 48, 1);
        Assert.That(network.UsesVectors(random.Normal([20, 6]), ForwardPass.WithDropout(random)), Is.False);
    }

    [Test]
    public void EvaluationWithoutGradientsIsTheSameFunction()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ResidualMlp network = Network(random, 2, 3, 0.1, 128, 2);
        Tensor theta = random.Normal([1000, 2]), condition = random.Normal([1000, 3]), time = random.Uniform([1000, 1]);
        Assert.That(network.UsesVectors(theta, ForwardPass.Evaluation), Is.False, "second derivatives are possible");
        double[] withGraph = network.Apply(theta, condition, time, ForwardPass.Evaluation).detach().Numbers();
        using IDisposable noGrad = no_grad();
        Assert.That(network.UsesVectors(theta, ForwardPass.Evaluation), Is.True, "nothing is recorded");
        double[] vectors = network.Apply(theta, condition, time, ForwardPass.Evaluation).Numbers();
        Assert.That(vectors, Is.EqualTo(withGraph).Within(2e-5));
    }

    [Test]
    public void GradientsOfTwoPassesAdd()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ResidualMlp network = Network(random, 2, 3, 0, 64, 1);
        Tensor x = random.Normal([16, 2]), condition = random.Normal([16, 3]), time = random.Uniform([16, 1]);
        VectorCode.AssertGradientsAdd(network, () => network.Apply(x, condition, time, ForwardPass.WithDropout(random)).square().sum());
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ManyPassesLeaveNoMemoryBehind()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ResidualMlp network = Network(random, 2, 3, 0.1, 256, 2);

        // A hidden layer that is left behind in each pass would be 600 MB.
        VectorCode.AssertFlatMemory(200, 3000, 100_000_000, () =>
            network
                .Apply(random.Normal([64, 2]), random.Normal([64, 3]), random.Uniform([64, 1]), ForwardPass.WithDropout(random))
                .square()
                .mean()
        );
    }

    [Test]
    public void MasksHaveTheRightShareAndNoPattern([Values(0.05, 0.3)] double rate)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        const int features = 500, rows = 400;
        Tensor mask = random.DropoutMask([features, rows], rate);
        Tensor dropped = mask.eq(0).to(float64);
        double n = features * rows, sd = Math.Sqrt(rate * (1 - rate));
        Assert.Multiple(() =>
        {
            Assert.That(mask[mask.gt(0)].unique().output.Numbers(), Is.EqualTo(new[] { 1 / (1 - rate) }).Within(1e-6), "the scale");
            Assert.That(dropped.mean().item<double>(), Is.EqualTo(rate).Within(4.5 * sd / Math.Sqrt(n)), "the share");

            // Neighbours in memory, in the next vector and in the next row are uncorrelated; shares of rows spread as a binomial's.
            Tensor centred = (dropped - rate).flatten() / sd;
            foreach (long lag in new[] { 1L, 16, 17, 64, rows })
            {
                Tensor product = centred.narrow(0, 0, (long)n - lag) * centred.narrow(0, lag, (long)n - lag);
                Assert.That(product.mean().item<double>(), Is.EqualTo(0).Within(4.5 / Math.Sqrt(n)), $"lag {lag}");
            }

            double spread = dropped.mean([1]).std().item<double>() / (sd / Math.Sqrt(rows));
            Assert.That(spread, Is.EqualTo(1).Within(5 / Math.Sqrt(2.0 * features)), "between rows");
        });
        Tensor second = random.DropoutMask([features, rows], rate);
        Assert.That(second.Numbers(), Is.Not.EqualTo(mask.Numbers()), "the next mask is another one");
        random.Restart(s_key);
        Assert.That(random.DropoutMask([features, rows], rate).Numbers(), Is.EqualTo(mask.Numbers()), "the stream repeats");
    }

    private static ResidualMlp Network(RandomSource random, int parameters, int condition, double dropout, int units, int blocks)
    {
        ResidualMlp network = new(
            parameters, condition, new ResidualMlpSettings { Units = units, Blocks = blocks, Dropout = dropout }, random);
        using IDisposable noGrad = no_grad();
        foreach (Tensor weight in network.parameters())
        {
            // Biases too, which begin at zero.
            weight.add_(random.Normal(weight.shape) * 0.1);
        }

        return network;
    }

    // Outputs and all gradients of a training pass on the same numbers; a pass for second derivatives is libtorch's.
    private static Dictionary<string, double[]> Pass(
        bool vectors, int rows, int blocks, double dropout, int units, int parameters = 2, int condition = 3)
    {
        using RandomSource random = new(s_key);
        ResidualMlp network = Network(random, parameters, condition, dropout, units, blocks);
        Tensor theta = random.Normal([rows, parameters]).requires_grad_();
        Tensor summaries = random.Normal([rows, condition]).requires_grad_();
        Tensor time = random.Uniform([rows, 1]);
        ForwardPass pass = ForwardPass.WithDropout(random, needsSecondDerivatives: !vectors);
        Assert.That(network.UsesVectors(theta, pass), Is.EqualTo(vectors));
        Tensor y = network.Apply(theta, summaries, time, pass);
        (y * random.Normal([rows, parameters])).sum().backward();
        Dictionary<string, double[]> results = network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.Numbers());
        results["y"] = y.detach().Numbers();
        results["theta"] = theta.grad!.Numbers();
        results["summaries"] = summaries.grad!.Numbers();
        return results;
    }
}
