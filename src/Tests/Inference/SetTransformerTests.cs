using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The set transformer: the published size, invariance, attention by hand.</summary>
public sealed class SetTransformerTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(23);

    [Test]
    public void HasThePublishedSize()
    {
        using RandomSource random = new(s_key);
        using SetTransformer set = new(2, new SetTransformerSettings { Outputs = 2 }, random);
        Assert.That(set.CountWeights(), Is.EqualTo(34_072));
    }

    [Test]
    public void DoesNotSeeTheOrderButEveryMember()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using SetTransformer set = new SetTransformer(2, new SetTransformerSettings { Outputs = 3 }, random).Perturb(0.1, s_key.Child("w"));
        Tensor x = random.Normal([5, 10, 2]);
        double[] straight = set.Summarise(new Observation(x), ForwardPass.Evaluation).Numbers();
        double[] shuffled = set.Summarise(new Observation(x.index_select(1, random.Permutation(10))), ForwardPass.Evaluation).Numbers();
        Assert.That(shuffled, Is.EqualTo(straight).Within(1e-5));
        Tensor moved = x.clone();
        moved[0, 7, 1] += 1;
        double[] changed = set.Summarise(new Observation(moved), ForwardPass.Evaluation).Numbers();
        Assert.That(changed[..3], Is.Not.EqualTo(straight[..3]).Within(1e-4), "the set with another member");
        Assert.That(changed[3..], Is.EqualTo(straight[3..]).Within(1e-5), "the other sets");
    }

    [Test]
    public void AttentionFollowsItsFormula()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        AttentionSettings settings = new(Heads: 2, KeySize: 3, Units: 4, Layers: 1);
        using AttentionBlock block = new AttentionBlock(2, 5, settings, random).Perturb(0.3, s_key.Child("w"));
        Dictionary<string, Tensor> w = block.named_parameters().ToDictionary(p => p.name, p => p.parameter.to(float64));
        Tensor from = random.Normal([1, 3, 2], dtype: ScalarType.Float64), to = random.Normal([1, 4, 5], dtype: ScalarType.Float64);
        double[,] q = Affine("queries", from[0]), k = Affine("keys", to[0]), v = Affine("values", to[0]);
        double[] read = new double[3 * 6];
        for (int head = 0; head < 2; head++)
        {
            for (int i = 0; i < 3; i++)
            {
                double[] e = [.. Enumerable.Range(0, 4).Select(j => Math.Exp(
                    Enumerable.Range(head * 3, 3).Sum(c => q[i, c] * k[j, c]) / Math.Sqrt(3)))];
                for (int c = head * 3; c < head * 3 + 3; c++)
                {
                    read[i * 6 + c] = Enumerable.Range(0, 4).Sum(j => e[j] * v[j, c]) / e.Sum();
                }
            }
        }

        Tensor h = from[0] + tensor(Flat(Affine("joined", tensor(read, [3, 6]))), [3, 2]);
        Tensor hidden = tensor(Flat(Affine("hidden.layers.0", h)), [3, 4]).relu();
        double[] expected = (h + tensor(Flat(Affine("last", hidden)), [3, 2])).Numbers();
        double[] actual = block.Apply(from.to(float32), to.to(float32), ForwardPass.Evaluation).Numbers();
        Assert.That(actual, Is.EqualTo(expected).Within(1e-5));

        double[,] Affine(string layer, Tensor x)
        {
            double[] values = (x.matmul(w[$"{layer}.weight"].t()) + w[$"{layer}.bias"]).Numbers();
            long columns = w[$"{layer}.bias"].shape[0];
            double[,] result = new double[values.Length / columns, columns];
            Buffer.BlockCopy(values, 0, result, 0, values.Length * sizeof(double));
            return result;
        }

        static double[] Flat(double[,] matrix) => [.. matrix.Cast<double>()];
    }

    [Test]
    public void GradientsReachEveryWeight()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using SetTransformer set = new SetTransformer(2, new SetTransformerSettings { Outputs = 2 }, random).Perturb(0.1, s_key.Child("w"));
        set.Summarise(new Observation(random.Normal([6, 10, 2])), ForwardPass.WithDropout(random)).square().sum().backward();
        Assert.Multiple(() =>
        {
            foreach ((string name, Tensor weight) in set.named_parameters())
            {
                // A key's bias shifts all similarities of a query alike, which softmax does not see.
                if (!name.EndsWith("keys.bias", StringComparison.Ordinal))
                {
                    Assert.That(weight.grad?.abs().max().item<float>() ?? 0, Is.GreaterThan(0), name);
                }
            }
        });
    }
}
