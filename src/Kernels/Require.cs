using System.Runtime.CompilerServices;

namespace Reproduce.Kernels;

/// <summary>Checks in front of loops that read and write without bounds checks.</summary>
internal static class Require
{
    /// <summary>Numbers in a vector of 256 bits.</summary>
    internal const int Lanes = 8;

    /// <summary>A number of elements that such vectors divide.</summary>
    /// <param name="length">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no multiple of 8.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WholeVectors(int length) => ArgumentOutOfRangeException.ThrowIfNotEqual(length % Lanes, 0, nameof(length));

    /// <summary>An operand that reaches as far as the loop goes.</summary>
    /// <param name="operand">The operand.</param>
    /// <param name="length">How far the loop goes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Reaches(ReadOnlySpan<float> operand, int length) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(operand.Length, length, nameof(operand));
}
