using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>Checks of arguments, made before native code sees them.</summary>
internal static class Require
{
    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public static void InRange<T>(T value, T low, T high, string name)
        where T : INumber<T>
    {
        if (!(value >= low && value <= high))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected {low} to {high}, got {value}."));
        }
    }

    /// <summary>A positive, finite number.</summary>
    public static void Positive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected a positive number, got {value}."));
        }
    }

    /// <summary>A tensor [B, columns].</summary>
    public static void Rows(Tensor tensor, long columns, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.dim() != 2 || tensor.shape[1] != columns)
        {
            throw new ArgumentException($"{name}: expected [B, {columns}], got [{string.Join(", ", tensor.shape)}].");
        }
    }

    /// <summary>A tensor of parameter draws [sets, S, dimension].</summary>
    public static void Draws(Tensor theta, long sets, long dimension)
    {
        ArgumentNullException.ThrowIfNull(theta);
        if (theta.dim() != 3 || theta.shape[0] != sets || theta.shape[2] != dimension)
        {
            throw new ArgumentException($"theta: expected [{sets}, S, {dimension}], got [{string.Join(", ", theta.shape)}].");
        }
    }
}
