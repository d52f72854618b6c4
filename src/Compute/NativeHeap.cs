using System.Runtime.InteropServices;

namespace Reproduce.Compute;

/// <summary>
/// Where libtorch's memory comes from on Linux: glibc's heap, which gives freed memory back to the system and asks for it anew. A large
/// tensor then costs a page fault for every 4 KiB, in every step. What a process has had it keeps here, up to a gigabyte of it unused.
/// </summary>
/// <remarks>
/// Measured in results/benchmarks/images.md. Blocks of more than 64 MiB of any thread but the first go back in spite of all. Who sets
/// glibc's own variables (MALLOC_TRIM_THRESHOLD_ and its like, glibc.malloc in GLIBC_TUNABLES) is not interfered with.
/// </remarks>
internal static partial class NativeHeap
{
    // The variable with all of glibc's settings.
    private const string Tunables = "GLIBC_TUNABLES";

    private const int TrimThreshold = -1, TopPad = -2, MostMaps = -4;
    private const int Unused = 1 << 30, Ahead = 64 << 20;

    private static readonly string[] s_own = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_"];

    /// <summary>Keeps freed memory, for all of this process.</summary>
    internal static void Keep()
    {
        if (!OperatingSystem.IsLinux() || IsTheUsers())
        {
            return;
        }

        try
        {
            // Nothing outside the heap: a mapping of its own goes back with the tensor.
            _ = SetOption(MostMaps, 0);
            _ = SetOption(TrimThreshold, Unused);
            _ = SetOption(TopPad, Ahead);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, with a heap of its own.
        }
    }

    /// <summary>Whether the user of this process sets what is kept, so that nothing is done here.</summary>
    internal static bool IsTheUsers() => s_own.Any(IsSet) || Tunes(Environment.GetEnvironmentVariable(Tunables));

    /// <summary>Whether a user's tunables say what is kept.</summary>
    /// <param name="tunables">The value of <see cref="Tunables"/>.</param>
    internal static bool Tunes(string? tunables) => tunables?.Contains("glibc.malloc.", StringComparison.Ordinal) == true;

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
