namespace Reproduce.Compute;

/// <summary>How exact products and convolutions are on an NVIDIA GPU; the numbers between them are float32 always.</summary>
public enum Precision
{
    /// <summary>float32, 23 bits of fraction: what a CPU computes.</summary>
    Float32,

    /// <summary>Factors are rounded to TF32, 10 bits of fraction, where the GPU has it: several times as fast for large networks.</summary>
    Tf32,
}
