using System.Runtime.InteropServices;

namespace Reproduce.Compute;

/// <summary>
/// Where libtorch's memory comes from on Linux: glibc's heap, which gives freed memory back to the system and asks for it anew. A large
/// tensor then costs a page fault for every 4 KiB, in every step. What a process has had it keeps here, up to a gigabyte of it unused.
/// </summary>
/// <remarks>
/// Measured in results/benchmarks/images.md. Who sets glibc's own variables
/// (MALLOC_TRIM_THRESHOLD_ and its like, glibc.malloc in GLIBC_TUNABLES) is not interfered with.
/// </remarks>
public static partial class NativeHeap
{
    /// <summary>
    /// The variable of <see cref="OneCore"/>, which a process must have been started with; it is read before any code of ours runs.
    /// </summary>
    public const string Variable = "GLIBC_TUNABLES";

    /// <summary>
    /// For a process that works on one core: pages of 2 MiB, where the system offers them, and one heap for all threads. A thread's own
    /// has parts of 64 MiB, and what is larger goes back in spite of all.
    /// </summary>
    public const string OneCore = HugePages + ":" + OneHeap;

    private const string HugePages = "glibc.malloc.hugetlb=1", OneHeap = "glibc.malloc.arena_max=1";
    private const int TrimThreshold = -1, TopPad = -2, MostMaps = -4;
    private const int Unused = 1 << 30, Ahead = 64 << 20;

    private static readonly string[] s_own = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_"];

    /// <summary>A value of <see cref="Variable"/>: as for one core, if a user's own value does not say otherwise.</summary>
    /// <param name="own">The user's value, or null.</param>
    public static string ForOneCore(string? own) => string.IsNullOrEmpty(own) ? OneCore : $"{OneCore}:{own}";

    /// <summary>Keeps freed memory, for all of this process.</summary>
    internal static void Keep()
    {
        if (!OperatingSystem.IsLinux() || s_own.Any(IsSet) || Tunes(Environment.GetEnvironmentVariable(Variable)))
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

    /// <summary>Whether a user's tunables say what is kept.</summary>
    /// <param name="tunables">The value of <see cref="Variable"/>.</param>
    internal static bool Tunes(string? tunables) => tunables is not null
        && tunables.Split(':').Any(t => t.StartsWith("glibc.malloc.", StringComparison.Ordinal) && t is not (HugePages or OneHeap));

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
