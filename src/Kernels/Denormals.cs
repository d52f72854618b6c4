using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>Denormal numbers, kept out of vector code that decays its numbers step by step.</summary>
/// <remarks>
/// The moments and penalised weights of units that never fire decay into the denormal numbers and stand still there, where Intel processors
/// take a hundred times as long for an operation.
/// </remarks>
public static class Denormals
{
    /// <summary>2^-100: below this a number counts as 0. A root of it is far below the epsilon of any Adam.</summary>
    public const float Threshold = 7.888609e-31f;

    /// <summary>The numbers, with 0 in place of what is smaller than <see cref="Threshold"/>. NaN stays.</summary>
    /// <param name="numbers">Eight numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Flush(Vector256<float> numbers) =>
        Vector256.AndNot(numbers, Vector256.LessThan(Vector256.Abs(numbers), Vector256.Create(Threshold)));
}
