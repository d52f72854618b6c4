using System.Globalization;
using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Checks of what a caller hands in. Wrong shapes would otherwise broadcast silently or fail deep inside native code, in the worst
/// case by ending the process.
/// </summary>
internal static class Shapes
{
    /// <summary>Requires a matrix.</summary>
    /// <param name="value">The tensor.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <param name="rows">Wanted rows, or null for any number.</param>
    /// <param name="columns">Wanted columns.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static void Require(Tensor value, string name, long? rows, long columns)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        long[] shape = value.shape;
        if (shape.Length != 2 || shape[1] != columns || (rows is long wanted && shape[0] != wanted))
        {
            throw new ArgumentException(
                $"{name}: expected [{rows?.ToString(CultureInfo.InvariantCulture) ?? "B"}, {columns}], got [{string.Join(", ", shape)}]", name);
        }
    }

    /// <summary>Requires parameters and observations that belong together.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="x">B observations.</param>
    /// <param name="dimension">D.</param>
    /// <exception cref="ArgumentException">Another shape, or another number of observations.</exception>
    public static void RequireBatch(Tensor theta, Observation x, long dimension)
    {
        ArgumentNullException.ThrowIfNull(x);
        Require(theta, nameof(theta), null, dimension);
        if (theta.shape[0] != x.Count)
        {
            throw new ArgumentException($"x: expected {theta.shape[0]} observations as in theta, got {x.Count}", nameof(x));
        }
    }
}
