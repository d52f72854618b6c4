namespace Reproduce.Kernels;

/// <summary>Where cache lines begin: vectors that straddle two of them cost twice.</summary>
public static class CacheLine
{
    /// <summary>float32 numbers in a line of 64 bytes.</summary>
    public const int Floats = Bytes / sizeof(float);

    private const int Bytes = 64;

    /// <summary>float32 numbers to skip from an address to the next line.</summary>
    /// <param name="address">A multiple of 4.</param>
    /// <returns>0 to 15.</returns>
    public static int Skip(nint address) => (int)((Bytes - address % Bytes) % Bytes / sizeof(float));
}
