using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>Squares without a hidden scalar.</summary>
public static class Squares
{
    /// <summary>The square of every element.</summary>
    /// <param name="value">Of any shape, floating point.</param>
    /// <remarks>
    /// <c>square()</c> is TorchSharp's <c>pow(2)</c>: its 2 may be freed while libtorch reads it, see <see cref="Scalars"/>. One drawing in
    /// some hundred hours ended by that: "INTERNAL ASSERT FAILED at c10/core/Scalar.h" from pow.
    /// </remarks>
    public static Tensor Squared(this Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.pow(Scalars.Two);
    }
}
