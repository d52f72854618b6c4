using MathNet.Numerics.Random;

namespace Reproduce.Tasks.Benchmark;

/// <summary>The normal numbers of NumPy's RandomState: Mersenne Twister and the polar method of Marsaglia.</summary>
internal static class LegacyNormal
{
    /// <summary>RandomState(seed).randn(count).</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">Number of numbers.</param>
    public static double[] Numbers(int seed, int count)
    {
        MersenneTwister twister = new(seed);
        double[] result = new double[count];
        for (int i = 0; i < count; i += 2)
        {
            double a, b, square;
            do
            {
                a = 2 * Uniform(twister) - 1;
                b = 2 * Uniform(twister) - 1;
                square = a * a + b * b;
            }
            while (square is >= 1 or 0);

            // The second of a pair comes first.
            double factor = Math.Sqrt(-2 * Math.Log(square) / square);
            result[i] = factor * b;
            if (i + 1 < count)
            {
                result[i + 1] = factor * a;
            }
        }

        return result;
    }

    // 53 bits of two words.
    private static double Uniform(MersenneTwister twister)
    {
        uint high = Word(twister) >> 5, low = Word(twister) >> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    // NextDouble is one word of 32 bits, as a fraction.
    private static uint Word(MersenneTwister twister) => (uint)(twister.NextDouble() * 4294967296.0);
}
