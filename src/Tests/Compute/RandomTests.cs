using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

public sealed class RandomTests : ScopedTests
{
    private static readonly float[] s_normals = [1.5410f, -0.2934f], s_uniforms = [0.4963f, 0.7682f, 0.0885f];

    private static float[] Floats(Tensor t) => t.contiguous().data<float>().ToArray();

    /// <summary>Computed once with Python's hashlib; 0xE220.. is also the published first output of SplitMix64 from state 0.</summary>
    [Test]
    public void KeysHaveTheirGoldenValues()
    {
        RandomKey root = RandomKey.FromSeed(1);
        Assert.That(root.Value, Is.EqualTo(0x2CF633F2E31AD65CUL));
        Assert.That(root.Child("train").Value, Is.EqualTo(0xB06FE0E3A7212C90UL));
        Assert.That(root.Child("train").Child(17).Value, Is.EqualTo(0xCE67F50D0152FFE2UL));
        Assert.That(root.Child("train").Child(-1).Value, Is.EqualTo(0x0FAF79B59EFEB64FUL));
        Assert.That(new RandomKey(0).Child(0).Value, Is.EqualTo(0xE220A8397B1DCDAFUL));
    }

    [Test]
    public void KeysDoNotCollide()
    {
        HashSet<ulong> keys = [];
        for (int seed = 0; seed < 20; seed++)
        {
            foreach (string name in (string[])["train", "sample", "simulate", "a", "b", ""])
            {
                for (int index = -10; index < 500; index++)
                {
                    keys.Add(RandomKey.FromSeed(seed).Child(name).Child(index).Value);
                }
            }
        }

        Assert.That(keys, Has.Count.EqualTo(20 * 6 * 510));
    }

    /// <summary>Seeds 0 are the ones that everybody's PyTorch prints: torch.manual_seed(0) and randn(2), rand(3).</summary>
    [Test]
    public void NumbersAreThoseOfPyTorch()
    {
        using RandomSource random = new(new RandomKey(0));
        Assert.That(Floats(random.Normal([2])), Is.EqualTo(s_normals).Within(5e-5f));
        random.Restart(new RandomKey(0));
        Assert.That(Floats(random.Uniform([3])), Is.EqualTo(s_uniforms).Within(5e-5f));
    }

    [Test]
    public void RestartGoesToTheBeginning()
    {
        RandomKey key = RandomKey.FromSeed(5);
        using RandomSource random = new(key);
        float[] first = Floats(random.Normal([101]));
        float[] second = Floats(random.Normal([101]));
        Assert.That(second, Is.Not.EqualTo(first));

        // An odd number of normals leaves half of a pair behind in some generators: it must not survive.
        random.Normal([3]);
        random.NextDouble();
        random.Restart(key);
        Assert.That(Floats(random.Normal([101])), Is.EqualTo(first));
        random.Restart(key.Child("other"));
        Assert.That(random.Key, Is.EqualTo(key.Child("other")));
        Assert.That(Floats(random.Normal([101])), Is.Not.EqualTo(first));
    }

    [Test]
    public void TheGlobalStreamIsLeftAlone()
    {
        manual_seed(3);
        float[] expected = Floats(randn(4));
        manual_seed(3);
        using RandomSource random = new(RandomKey.FromSeed(9));
        random.Normal([1000]);
        random.Permutation(100);
        Assert.That(Floats(randn(4)), Is.EqualTo(expected));
    }

    [Test]
    public void NumbersHaveTheirDistributions()
    {
        using RandomSource random = new(RandomKey.FromSeed(6));
        const int N = 200_000;
        Tensor normal = random.Normal([N], dtype: ScalarType.Float64);
        Assert.That(normal.dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(normal.mean().item<double>(), Is.Zero.Within(6 / Math.Sqrt(N)));
        Assert.That(normal.square().mean().item<double>(), Is.EqualTo(1).Within(6 * Math.Sqrt(2.0 / N)));
        Assert.That(normal.pow(4).mean().item<double>(), Is.EqualTo(3).Within(6 * Math.Sqrt(96.0 / N)));
        Tensor uniform = random.Uniform([N], dtype: ScalarType.Float64);
        Assert.That(uniform.min().item<double>(), Is.InRange(0, 1e-4));
        Assert.That(uniform.max().item<double>(), Is.InRange(1 - 1e-4, 1 - 1e-17));
        Assert.That(uniform.mean().item<double>(), Is.EqualTo(0.5).Within(6 * Math.Sqrt(1 / 12.0 / N)));
        Tensor integers = random.Integers(-2, 3, [N]);
        Assert.That(integers.dtype, Is.EqualTo(ScalarType.Int64));
        for (int k = -2; k < 3; k++)
        {
            Assert.That((integers == k).sum().item<long>(), Is.EqualTo(N / 5).Within(6 * Math.Sqrt(N * 0.16)), $"integer {k}");
        }

        Assert.That(random.Permutation(1000).sort().Values.eq(arange(1000)).all().item<bool>(), Is.True);
    }

    [Test]
    public void PoissonNumbersHaveTheirMoments()
    {
        using RandomSource random = new(RandomKey.FromSeed(10));
        const int N = 100_000;
        Tensor rates = tensor(new[] { 0f, 0.5f, 7f, 300f }).unsqueeze(1).expand(-1, N);
        Tensor drawn = random.Poisson(rates, 300);
        Assert.That(drawn.shape, Is.EqualTo(new long[] { 4, N }));
        Assert.That(drawn.dtype, Is.EqualTo(ScalarType.Float32));
        double[] mean = drawn.to(ScalarType.Float64).mean([1]).data<double>().ToArray();
        double[] variance = drawn.to(ScalarType.Float64).var(1).data<double>().ToArray();
        foreach ((int i, double rate) in new[] { 0, 0.5, 7, 300 }.Index())
        {
            // The variance's own variance is (2 rate^2 + rate) / N.
            Assert.That(mean[i], Is.EqualTo(rate).Within(6 * Math.Sqrt(rate / N)));
            Assert.That(variance[i], Is.EqualTo(rate).Within(6 * Math.Sqrt((2 * rate * rate + rate) / N)));
        }

        random.Restart(RandomKey.FromSeed(10));
        Assert.That(Floats(random.Poisson(rates, 300)), Is.EqualTo(Floats(drawn)));
    }

    /// <summary>Streams of neighbouring indices are not correlated: 2000 streams, their first numbers.</summary>
    [Test]
    public void NeighbouringStreamsAreUnrelated()
    {
        RandomKey key = RandomKey.FromSeed(7);
        using RandomSource random = new(key);
        double[] first = new double[2000];
        for (int i = 0; i < first.Length; i++)
        {
            random.Restart(key.Child(i));
            first[i] = random.NextDouble() - 0.5;
        }

        double lagged = first.Zip(first.Skip(1), (a, b) => a * b).Sum() * 12 / first.Length;
        Assert.That(first.Average() * Math.Sqrt(12), Is.Zero.Within(6 / Math.Sqrt(first.Length)));
        Assert.That(lagged, Is.Zero.Within(6 / Math.Sqrt(first.Length)));
    }

    [Test]
    public void DrawingLeavesNoTensors()
    {
        using RandomSource random = new(RandomKey.FromSeed(8));
        using Tensor rate = ones(10);
        long before = LiveTensors.Settled();
        random.Normal([10]).Dispose();
        random.Uniform([10]).Dispose();
        random.Integers(0, 2, [10]).Dispose();
        random.Permutation(10).Dispose();
        random.NextDouble();
        random.Poisson(rate, 1).Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }
}
