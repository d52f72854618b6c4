using TorchSharp;

namespace Reproduce.Compute;

/// <summary>Numbers that are handed to native code, kept alive for it.</summary>
/// <remarks>
/// <para>
/// In <c>t.mul_(2)</c> TorchSharp makes a native scalar whose only reference dies when its address has been read; a garbage
/// collection on another thread (the background one too) may then free it while libtorch is reading it: "Expected false to be true"
/// from toFloat, or a wrong number. It also leaves an object with a finaliser behind for every call.
/// </para>
/// <para>
/// So in code that runs often: constants are taken from here, and a number that changes is held around the call,
/// <c>using Scalar factor = value.ToScalar(); t.mul_(factor);</c>. The operators (<c>t * 2</c>) do that themselves.
/// </para>
/// </remarks>
public static class Scalars
{
    /// <summary>0.</summary>
    public static Scalar Zero { get; } = 0.0.ToScalar();

    /// <summary>1/2.</summary>
    public static Scalar Half { get; } = 0.5.ToScalar();

    /// <summary>-1/2, the factor of a squared norm in a Gaussian's logarithm.</summary>
    public static Scalar MinusHalf { get; } = (-0.5).ToScalar();

    /// <summary>1.</summary>
    public static Scalar One { get; } = 1.0.ToScalar();

    /// <summary>2.</summary>
    public static Scalar Two { get; } = 2.0.ToScalar();
}
