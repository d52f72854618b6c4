using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>The generator against its published numbers.</summary>
[Category("VectorCode")]
public sealed class SplitMix64Tests
{
    [Test]
    public void TheFirstNumbersAreThePublishedOnes()
    {
        // The reference C code's output for the seed 1234567 (prng.di.unimi.it/splitmix64.c), as Rosetta Code lists it.
        SplitMix64 random = new(1234567);
        ulong[] first = [random.NextBits(), random.NextBits(), random.NextBits(), random.NextBits(), random.NextBits()];
        Assert.That(first, Is.EqualTo(new[]
        {
            6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL,
        }));
    }

    [Test]
    public void ANumberCanBeHadWithoutThoseBeforeIt()
    {
        SplitMix64 random = new(42);
        for (ulong step = 1; step <= 100; step++)
        {
            Assert.That(SplitMix64.BitsAt(42, step), Is.EqualTo(random.NextBits()));
        }
    }

    [Test]
    public void AShuffleIsAPermutationOfEveryOrderAlike()
    {
        SplitMix64 random = new(7);
        const int repeats = 6000;
        Dictionary<string, int> orders = [];
        for (int i = 0; i < repeats; i++)
        {
            int[] items = [0, 1, 2];
            random.Shuffle(items);
            string order = string.Concat(items);
            orders[order] = orders.GetValueOrDefault(order) + 1;
        }

        Assert.That(orders.Keys, Is.EquivalentTo(new[] { "012", "021", "102", "120", "201", "210" }));

        // 5.5 standard deviations of a binomial count.
        Assert.That(orders.Values, Is.All.EqualTo(repeats / 6).Within(5.5 * Math.Sqrt(repeats * 5 / 36.0)));
    }
}
