using static TorchSharp.torch;

namespace Reproduce.Tests;

/// <summary>How many tensors there are, for tests that nothing leaks.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// <see cref="Tensor.TotalCount"/> after the finalizers have run: the count is that of the process, and what earlier tests left to
    /// them would otherwise go while a later test counts.
    /// </summary>
    public static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
