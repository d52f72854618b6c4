using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Benchmark;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Benchmark;

/// <summary>Draws by weight from a pool, for a density that is 1 on a small part of [0, 1] and 0 elsewhere, proposed uniformly.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class ImportanceResamplingTests
{
    private const int Draws = 1000;

    /// <summary>Four million proposals, a part of them inside: a pool of 1500 gives a thousand draws of which many are the same.</summary>
    [Test]
    public void APoolOfFewIsRefused() => Assert.That(
        () => Draw(inside: 1500 / 4e6),
        Throws.InvalidOperationException.With.Message.Matches("4000000 draws of it are worth 1[3-6].., for 1000 draws, which need 5000$"));

    [Test]
    public void APoolOfManyGivesDrawsThatDiffer()
    {
        double[] draws = Draw(inside: 0.01);

        Assert.That(draws, Is.All.InRange(0, 0.01));
        Assert.That(draws.Distinct().Count(), Is.GreaterThan(0.93 * Draws));
    }

    private static double[] Draw(double inside)
    {
        using RandomSource random = new(RandomKey.FromSeed(3));
        return ImportanceResampling.Draw(new Uniform(), theta => theta[0] <= inside ? 0 : double.NegativeInfinity, Draws, random);
    }

    private sealed class Uniform : IProposal
    {
        public int Dimension => 1;

        public double[] Draw(int count, RandomSource random)
        {
            using Tensor u = random.Uniform([count], dtype: ScalarType.Float64);
            return u.data<double>().ToArray();
        }

        public double LogDensity(ReadOnlySpan<double> theta) => 0;
    }
}
