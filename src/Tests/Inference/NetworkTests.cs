using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The free-form MLP and the set network: sizes as published, values by hand, invariance.</summary>
public sealed class NetworkTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(13);

    [TestCase(2, 2, 256, 2, 133_634, TestName = "two moons")]
    [TestCase(4, 2, 256, 2, 134_660, TestName = "kinematics")]
    [TestCase(2, 2, 256, 3, 199_426, TestName = "Gaussian mixture")]
    [TestCase(7, 32, 512, 4, 1_075_207, TestName = "tumour")]
    public void MlpSizesArePublishedSizes(int dimension, int condition, int units, int blocks, int expected)
    {
        using RandomSource random = new(s_key);
        using ResidualMlp mlp = new(dimension, condition, new ResidualMlpSettings { Units = units, Blocks = blocks }, random);
        Assert.That(mlp.CountWeights(), Is.EqualTo(expected));
    }

    [Test]
    public void MlpFollowsItsFormula()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using ResidualMlp mlp = new ResidualMlp(2, 1, new ResidualMlpSettings { Units = 5, Blocks = 2 }, random).Perturb(
            0.3,
            s_key.Child("w")
        );
        Dictionary<string, Tensor> weights = mlp.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        float[] input = [0.4f, -1.1f, 0.9f, 0.25f];
        double[] h = Relu(Affine("first", [.. input.Select(v => (double)v)]));
        for (int block = 0; block < 2; block++)
        {
            h = Relu([.. Affine($"blocks.{block}", h).Zip(h, (a, b) => a + b)]);
        }

        double[] expected = Affine("last", h);
        Tensor output = mlp.Apply(
            tensor(input[..2], [1, 2]),
            tensor(input[2..3], [1, 1]),
            tensor(input[3..], [1, 1]),
            ForwardPass.Evaluation
        );
        Assert.That(output.Numbers(), Is.EqualTo(expected).Within(1e-5));

        double[] Affine(string layer, double[] x)
        {
            double[] w = weights[$"{layer}.weight"].Numbers();
            double[] b = weights[$"{layer}.bias"].Numbers();
            return [.. b.Select((bias, i) => bias + x.Select((v, j) => v * w[i * x.Length + j]).Sum())];
        }

        static double[] Relu(double[] x) => [.. x.Select(v => Math.Max(0, v))];
    }

    [Test]
    public void DenseStartsGlorotUniformWithZeroBias()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using Dense dense = new(200, 100, random);
        double[] weight = dense.named_parameters().Single(p => p.name == "weight").parameter.Numbers();
        double limit = Math.Sqrt(6.0 / 300);
        Assert.That(weight, Has.All.InRange(-limit, limit));

        // 20,000 uniform numbers: the mean square has a relative standard error of 0.6 %, the mean one of limit / 245.
        Assert.That(weight.Average(w => w * w), Is.EqualTo(limit * limit / 3).Within(3).Percent);
        Assert.That(weight.Average(), Is.Zero.Within(limit / 50));
        Assert.That(dense.named_parameters().Single(p => p.name == "bias").parameter.Numbers(), Has.All.Zero);
    }

    [Test]
    public void PenaltiesAreThoseOfFirstAndHiddenWeights()
    {
        using RandomSource random = new(s_key);
        using ResidualMlp mlp = new(2, 2, new ResidualMlpSettings { Units = 8, Blocks = 3, L2 = 0.25 }, random);
        Assert.That(mlp.Penalties.Select(p => p.Strength), Is.EqualTo(new[] { 0.25, 0.25, 0.25, 0.25 }));
        Assert.That(mlp.Penalties.Select(p => p.Parameter.numel()).Sum(), Is.EqualTo(5 * 8 + 3 * 8 * 8));
    }

    [Test]
    public void DeepSetHasThePublishedSize()
    {
        using RandomSource random = new(s_key);
        using DeepSet set = new(2, new DeepSetSettings { Outputs = 10 }, random);
        Assert.That(set.CountWeights(), Is.EqualTo(67_466));
    }

    [Test]
    public void DeepSetDoesNotSeeTheOrder()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using DeepSet set = new DeepSet(2, new DeepSetSettings { Outputs = 6, Units = 16 }, random).Perturb(0.1, s_key.Child("w"));
        Tensor x = random.Normal([5, 10, 2]);
        Tensor order = random.Permutation(10);
        Tensor straight = set.Summarise(new Observation(x), ForwardPass.Evaluation);
        Tensor shuffled = set.Summarise(new Observation(x.index_select(1, order)), ForwardPass.Evaluation);
        Assert.That(straight.shape, Is.EqualTo(new long[] { 5, set.Outputs }));

        // Only the order of summation differs.
        Assert.That(shuffled.Numbers(), Is.EqualTo(straight.Numbers()).Within(1e-5));
        Tensor other = set.Summarise(new Observation(x + 1), ForwardPass.Evaluation);
        Assert.That(other.Numbers(), Is.Not.EqualTo(straight.Numbers()).Within(1e-2), "the summaries depend on the members");
    }

    [Test]
    public void DirectSummaryFlattens()
    {
        using IDisposable scope = NewDisposeScope();
        using DirectSummary summary = new(6);
        Tensor x = arange(12, dtype: ScalarType.Float32).view(2, 3, 2);
        Tensor flat = summary.Summarise(new Observation(x), ForwardPass.Evaluation);
        Assert.That(flat.shape, Is.EqualTo(new long[] { 2, 6 }));
        Assert.That(flat.Numbers(), Is.EqualTo(x.Numbers()));
    }
}
