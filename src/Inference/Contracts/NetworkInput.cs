using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>
/// What comes into the library from outside, made what networks take: numbers of the weights' type, and finite. It is looked at once for a
/// training and once for a call that draws.
/// </summary>
internal static class NetworkInput
{
    /// <summary>The type of a network's weights; float32 for one that has none.</summary>
    /// <param name="estimator">The estimator.</param>
    public static ScalarType TypeOf(IPosteriorEstimator estimator) =>
        estimator.Network.parameters().FirstOrDefault() is Parameter weights ? weights.dtype : ScalarType.Float32;

    /// <summary>A tensor in the weights' type: itself when it has that already.</summary>
    /// <param name="value">Real numbers of any type.</param>
    /// <param name="type">The type.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">Complex numbers.</exception>
    public static Tensor Convert(Tensor value, ScalarType type, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value.dtype == type ? value
            : value.is_complex() ? throw new ArgumentException($"{name}: expected real numbers, got {value.dtype}.")
            : value.to(type);
    }

    /// <summary>Observations in the weights' type: themselves when they have that already.</summary>
    /// <param name="x">Real numbers of any type.</param>
    /// <param name="type">The type.</param>
    /// <param name="name">What the caller calls them.</param>
    /// <exception cref="ArgumentException">Complex numbers.</exception>
    public static Observation Convert(Observation x, ScalarType type, string name) => x.Parts.Values.All(p => p.dtype == type)
        ? x
        : new Observation(x.Parts.ToDictionary(p => p.Key, p => Convert(p.Value, type, Name(x, name, p.Key))));

    /// <summary>Observations for which draws can be made.</summary>
    /// <param name="x">J observations.</param>
    /// <param name="type">The weights' type.</param>
    /// <returns>In the weights' type: themselves when they have that already.</returns>
    /// <exception cref="ArgumentException">Complex numbers, NaN or infinity.</exception>
    public static Observation Check(Observation x, ScalarType type)
    {
        Observation converted = Convert(x, type, nameof(x));
        foreach (string part in converted.Parts.Keys)
        {
            if (FiniteRows.Others(converted, part) is { Length: > 0 } rows)
            {
                throw new ArgumentException(
                    $"{Name(x, nameof(x), part)}: expected finite numbers, but observation {rows[0]} has NaN or infinity"
                        + $"{(rows.Length > 1 ? $", and {rows.Length - 1} more of {x.Count} have" : "")}."
                );
            }
        }

        return converted;
    }

    /// <summary>What a message calls a part of an observation: the name alone where there is only one part.</summary>
    /// <param name="x">The observation.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <param name="part">Name of the part.</param>
    public static string Name(Observation x, string name, string part) => x.Parts.Count == 1 ? name : $"{name}['{part}']";
}
