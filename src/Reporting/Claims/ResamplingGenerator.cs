namespace Reproduce.Reporting;

/// <summary>
/// SplitMix64 with a fixed seed: a report made twice from the same measurements says the same, on every platform and version of .NET.
/// </summary>
internal sealed class ResamplingGenerator
{
    private ulong _state = 0x5EED;

    /// <summary>A whole number in [0, bound), bound far below 2^32, so the bias of the reduction is below 2^-32 of it.</summary>
    public int Next(int bound)
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15UL;
            ulong z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            z ^= z >> 31;
            return (int)(((z >> 32) * (ulong)bound) >> 32);
        }
    }
}
