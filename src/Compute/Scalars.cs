using TorchSharp;

namespace Reproduce.Compute;

/// <summary>Numbers that are handed to native code, kept alive for it.</summary>
/// <remarks>
/// <para>
/// In <c>t.mul_(2)</c> and <c>t * 2</c> TorchSharp makes a native scalar whose only reference dies when its address has been read; a
/// garbage collection on another thread may then free it while libtorch is reading it: "Expected false to be true" from toFloat, or a
/// wrong number. The sums <c>a + b</c>, <c>a.add_(b)</c>, <c>a.add(scalar)</c> hide such a scalar too (their factor 1), and so do squares
/// (<c>square()</c> is <c>pow(2)</c>: write <see cref="Squares.Squared"/>); differences and products of two tensors do not.
/// </para>
/// <para>
/// Two things are done about it. No program here collects garbage in the background (Directory.Build.props), so that a thread in
/// native code is only ever overtaken by another thread that allocates. And code that several threads run at once takes its constants
/// from here or holds them, <c>using Scalar factor = value.ToScalar(); t.mul_(factor);</c>, and adds with <c>a.add(b, Scalars.One)</c>.
/// A test reads the instructions of this library and of the estimators for what hides a scalar. One thing is left: <c>softplus</c> makes
/// both of its scalars itself and has no overload that takes them.
/// </para>
/// </remarks>
public static class Scalars
{
    /// <summary>0.</summary>
    public static Scalar Zero { get; } = 0.0.ToScalar();

    /// <summary>1/4.</summary>
    public static Scalar Quarter { get; } = 0.25.ToScalar();

    /// <summary>1/2.</summary>
    public static Scalar Half { get; } = 0.5.ToScalar();

    /// <summary>-1/2, the factor of a squared norm in a Gaussian's logarithm.</summary>
    public static Scalar MinusHalf { get; } = (-0.5).ToScalar();

    /// <summary>1.</summary>
    public static Scalar One { get; } = 1.0.ToScalar();

    /// <summary>2.</summary>
    public static Scalar Two { get; } = 2.0.ToScalar();
}
