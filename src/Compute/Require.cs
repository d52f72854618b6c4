using System.Globalization;
using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// Checks of what a caller hands in. Wrong shapes would otherwise broadcast silently or fail deep inside native code, in the worst
/// case by ending the process. Every message begins with the argument's name.
/// </summary>
public static class Require
{
    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    /// <typeparam name="T">Kind of number.</typeparam>
    /// <param name="value">The number.</param>
    /// <param name="low">The smallest that is allowed.</param>
    /// <param name="high">The largest that is allowed.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">It is outside, or not a number.</exception>
    public static void InRange<T>(T value, T low, T high, string name)
        where T : INumber<T>
    {
        if (!(value >= low && value <= high))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected {low} to {high}, got {value}."));
        }
    }

    /// <summary>A positive, finite number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Positive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected a positive number, got {value}."));
        }
    }

    /// <summary>A matrix.</summary>
    /// <param name="value">The tensor.</param>
    /// <param name="columns">Wanted columns.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <param name="rows">Wanted rows, or null for any number.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static void Rows(Tensor value, long columns, string name, long? rows = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        long[] shape = value.shape;
        if (shape.Length != 2 || shape[1] != columns || (rows is long wanted && shape[0] != wanted))
        {
            string expected = rows?.ToString(CultureInfo.InvariantCulture) ?? "B";
            throw new ArgumentException($"{name}: expected [{expected}, {columns}], got {Shape(value)}.");
        }
    }

    /// <summary>A floating-point tensor of some rank without an empty axis.</summary>
    /// <param name="value">The tensor.</param>
    /// <param name="rank">Wanted number of axes.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <param name="expected">The wanted shape for a reader, such as "[J, S, D]".</param>
    /// <exception cref="ArgumentException">Another rank, an empty axis, or whole numbers.</exception>
    public static void Rank(Tensor value, int rank, string name, string expected)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.dim() != rank || value.numel() == 0)
        {
            throw new ArgumentException($"{name}: expected {expected} with no empty axis, got {Shape(value)}.");
        }

        if (!value.is_floating_point())
        {
            throw new ArgumentException($"{name}: expected a floating-point tensor, got {value.dtype}.");
        }
    }

    /// <summary>Numbers that are all finite: a network that diverged should be named, not scored.</summary>
    /// <param name="value">The tensor, of any shape.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">NaN or infinity.</exception>
    public static void Finite(Tensor value, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!value.isfinite().all().ToBoolean())
        {
            throw new ArgumentException($"{name}: expected finite numbers, got NaN or infinity.");
        }
    }

    /// <summary>Draws for each of some data sets.</summary>
    /// <param name="theta">[J, S, D] with any S.</param>
    /// <param name="sets">J.</param>
    /// <param name="dimension">D.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static void Draws(Tensor theta, long sets, long dimension)
    {
        ArgumentNullException.ThrowIfNull(theta);
        if (theta.dim() != 3 || theta.shape[0] != sets || theta.shape[2] != dimension)
        {
            throw new ArgumentException($"theta: expected [{sets}, S, {dimension}], got {Shape(theta)}.");
        }
    }

    /// <summary>Draws and reference draws of the same data sets.</summary>
    /// <param name="draws">[J, S, D].</param>
    /// <param name="reference">[J, S', D].</param>
    /// <exception cref="ArgumentException">Another shape, or shapes that do not go together.</exception>
    public static void Pairs(Tensor draws, Tensor reference)
    {
        Rank(draws, 3, nameof(draws), "[J, S, D]");
        Rank(reference, 3, nameof(reference), "[J, S', D]");
        long[] a = draws.shape, b = reference.shape;
        if (a[0] != b[0] || a[2] != b[2])
        {
            throw new ArgumentException(
                $"reference: expected [{a[0]}, S', {a[2]}] to go with draws {Shape(draws)}, got {Shape(reference)}.");
        }
    }

    /// <summary>Draws and the parameters that made the data.</summary>
    /// <param name="draws">[J, S, D].</param>
    /// <param name="truth">[J, D].</param>
    /// <exception cref="ArgumentException">Another shape, or shapes that do not go together.</exception>
    public static void Truth(Tensor draws, Tensor truth)
    {
        Rank(draws, 3, nameof(draws), "[J, S, D]");
        Rank(truth, 2, nameof(truth), "[J, D]");
        long[] a = draws.shape, b = truth.shape;
        if (a[0] != b[0] || a[2] != b[1])
        {
            throw new ArgumentException(
                $"truth: expected [{a[0]}, {a[2]}] to go with draws {Shape(draws)}, got {Shape(truth)}.");
        }
    }

    /// <summary>Parameters and observations that belong together.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="x">B observations.</param>
    /// <param name="dimension">D.</param>
    /// <exception cref="ArgumentException">Another shape, or another number of observations.</exception>
    public static void Batch(Tensor theta, Observation x, long dimension)
    {
        ArgumentNullException.ThrowIfNull(x);
        Rows(theta, dimension, nameof(theta));
        if (theta.shape[0] != x.Count)
        {
            throw new ArgumentException($"x: expected {theta.shape[0]} observations as in theta, got {x.Count}.");
        }
    }

    /// <summary>A tensor's shape for a message, such as "[100, 4000, 2]".</summary>
    /// <param name="value">The tensor.</param>
    public static string Shape(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return $"[{string.Join(", ", value.shape)}]";
    }
}
