using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Numbers to compute with.</summary>
internal static class KernelNumbers
{
    /// <summary>Uniform numbers in [-1, 1).</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of their stream.</param>
    public static float[] Uniform(int count, ulong seed)
    {
        SplitMix64 random = new(seed);
        float[] numbers = new float[count];
        foreach (ref float number in numbers.AsSpan())
        {
            number = (float)(2 * random.NextDouble() - 1);
        }

        return numbers;
    }
}
