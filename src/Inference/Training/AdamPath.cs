namespace Reproduce.Inference.Training;

/// <summary>How <see cref="Adam"/> computes an update.</summary>
internal enum AdamPath
{
    /// <summary>In vector code on the parameters' memory: a CPU.</summary>
    Memory,

    /// <summary>In libtorch's operations: a CPU without wide vectors.</summary>
    Tensors,

    /// <summary>In libtorch's one operation for all of it: devices on which every operation is a launch.</summary>
    Fused,
}
