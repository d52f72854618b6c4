namespace Reproduce.Inference.Networks;

/// <summary>The numbers of a network's large products while it draws.</summary>
public enum DrawingPrecision
{
    /// <summary>float32, 23 bits of fraction.</summary>
    Float32,

    /// <summary>
    /// bfloat16, 7 bits of fraction and float32's range, added up in float32: faster where there are instructions for it
    /// (<see cref="Reproduce.Compute.Bfloat16Product.IsFast"/>), slower elsewhere.
    /// </summary>
    Bfloat16,
}
