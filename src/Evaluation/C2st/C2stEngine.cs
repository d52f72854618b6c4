namespace Reproduce.Evaluation;

/// <summary>Which implementation trains the classifiers; all give the same scores up to rounding.</summary>
public enum C2stEngine
{
    /// <summary>
    /// <see cref="Vector"/> for tensors on a CPU with 512-bit vectors, or 256-bit ones and fused multiply-adds, else <see cref="Tensor"/>.
    /// </summary>
    Auto,

    /// <summary>All classifiers as one batched network of tensor operations, on the device of the draws.</summary>
    Tensor,

    /// <summary>One classifier per thread in vector code that stays in the core's cache; CPU only.</summary>
    Vector,
}
