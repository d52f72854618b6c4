using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Checks of tensor shapes at the public entries, before any native code sees them (some native errors end the process).</summary>
internal static class Shapes
{
    /// <summary>Requires a floating-point tensor of the given rank without an empty axis.</summary>
    internal static void Require(Tensor tensor, int rank, string name, string expected)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.dim() != rank || tensor.numel() == 0)
        {
            throw new ArgumentException($"{name}: expected {expected} with no empty axis, got {Text(tensor)}.", name);
        }

        if (!tensor.is_floating_point())
        {
            throw new ArgumentException($"{name}: expected a floating-point tensor, got {tensor.dtype}.", name);
        }
    }

    /// <summary>Requires draws [J, S, D] and reference [J, S', D].</summary>
    internal static void RequirePairs(Tensor draws, Tensor reference)
    {
        Require(draws, 3, nameof(draws), "[J, S, D]");
        Require(reference, 3, nameof(reference), "[J, S', D]");
        long[] a = draws.shape, b = reference.shape;
        if (a[0] != b[0] || a[2] != b[2])
        {
            throw new ArgumentException(
                $"reference: expected [{a[0]}, S', {a[2]}] to go with draws {Text(draws)}, got {Text(reference)}.", nameof(reference));
        }
    }

    /// <summary>Requires draws [J, S, D] and truth [J, D].</summary>
    internal static void RequireTruth(Tensor draws, Tensor truth)
    {
        Require(draws, 3, nameof(draws), "[J, S, D]");
        Require(truth, 2, nameof(truth), "[J, D]");
        long[] a = draws.shape, b = truth.shape;
        if (a[0] != b[0] || a[2] != b[1])
        {
            throw new ArgumentException($"truth: expected [{a[0]}, {a[2]}] to go with draws {Text(draws)}, got {Text(truth)}.", nameof(truth));
        }
    }

    /// <summary>Requires that every number is finite: a network that diverged should be named, not scored.</summary>
    internal static void RequireFinite(Tensor tensor, string name)
    {
        using var scope = NewDisposeScope();
        if (!tensor.isfinite().all().ToBoolean())
        {
            throw new ArgumentException($"{name}: expected finite numbers, got NaN or infinity.", name);
        }
    }

    /// <summary>"[100, 4000, 2]".</summary>
    internal static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
