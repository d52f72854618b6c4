using System.Globalization;
using NUnit.Framework;
using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

/// <summary>Memory of tensors that a process has had is not asked for again, and who says otherwise is heard.</summary>
public sealed class NativeHeapTests
{
    private const int Page = 4096;

    /// <summary>Twenty tensors one after the other have the pages of those before.</summary>
    /// <param name="megabytes">Size of a tensor.</param>
    [TestCase(1)]
    [TestCase(40)]
    [Platform("Linux")]
    public void FreedMemoryIsKept(int megabytes)
    {
        Assume.That(NativeHeap.IsTheUsers(), Is.False, "Whoever started the tests tunes the heap himself.");
        long pages = ((long)megabytes << 20) / Page;
        Fill(megabytes, times: 20);
        long before = Faults();

        Fill(megabytes, times: 20);

        // When nothing is kept, 20 times the pages of a tensor; other threads of the process have a few of their own.
        Assert.That(Faults() - before, Is.LessThan(10 * pages), "page faults");
    }

    [TestCase(null, false)]
    [TestCase("", false)]
    [TestCase("glibc.cpu.hwcaps=-AVX512F", false)]
    [TestCase("glibc.malloc.hugetlb=1", true)]
    [TestCase("glibc.cpu.hwcaps=-AVX512F:glibc.malloc.trim_threshold=131072", true)]
    public void WhoTunesTheHeapIsHeard(string? tunables, bool tunes) => Assert.That(NativeHeap.Tunes(tunables), Is.EqualTo(tunes));

    private static void Fill(int megabytes, int times)
    {
        for (int i = 0; i < times; i++)
        {
            using Tensor tensor = ones((long)megabytes << 18, ScalarType.Float32);
        }
    }

    // The tenth word of /proc/self/stat, counted behind the name in parentheses, which may have blanks.
    private static long Faults()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
    }
}
