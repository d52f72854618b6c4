using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// Sets of varying size in an observation: beside an array NAME, [B, N, F], stands NAME_length, [B, 1], the number of members that each
/// data set has, from 0 to N. They come first along N; what is behind them is padding, whose numbers mean nothing.
/// </summary>
public static class VaryingSet
{
    /// <summary>What the name of the lengths ends in.</summary>
    public const string Suffix = "_length";

    /// <summary>Name of the lengths of a set.</summary>
    /// <param name="name">Name of the set.</param>
    public static string LengthOf(string name) => name + Suffix;

    /// <summary>Whether an array is a set of varying size.</summary>
    /// <param name="parts">An observation's arrays.</param>
    /// <param name="name">Name of the array.</param>
    public static bool Is(IReadOnlyDictionary<string, Tensor> parts, string name)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.TryGetValue(name, out Tensor? set) && parts.TryGetValue(LengthOf(name), out Tensor? lengths)
            && set.dim() == 3 && lengths.dim() == 2 && lengths.shape[1] == 1;
    }

    /// <summary>Whether an array has the lengths of a set.</summary>
    /// <param name="parts">An observation's arrays.</param>
    /// <param name="name">Name of the array.</param>
    public static bool IsLength(IReadOnlyDictionary<string, Tensor> parts, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(Suffix, StringComparison.Ordinal) && Is(parts, name[..^Suffix.Length]);
    }

    /// <summary>Which places have members.</summary>
    /// <param name="lengths">[B, 1].</param>
    /// <param name="places">N.</param>
    /// <returns>bool, [B, N], on the lengths' device.</returns>
    public static Tensor Mask(Tensor lengths, long places)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        using Scalar end = places.ToScalar();
        using Tensor index = arange(Scalars.Zero, end, Scalars.One, dtype: ScalarType.Int64, device: lengths.device);
        return index.lt(lengths);
    }

    /// <summary>A set with zeros for padding.</summary>
    /// <param name="set">[B, N, F].</param>
    /// <param name="lengths">[B, 1].</param>
    /// <returns>[B, N, F]; the numbers of the padding, NaN too, have no part in it nor in its gradient.</returns>
    public static Tensor Cleared(Tensor set, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(lengths);
        using DisposeScope scope = NewDisposeScope();
        return set.masked_fill(Mask(lengths, set.shape[1]).logical_not().unsqueeze(2), Scalars.Zero).MoveToOuterDisposeScope();
    }

    /// <summary>All members of all data sets, one behind the other.</summary>
    /// <param name="set">[B, N, F].</param>
    /// <param name="lengths">[B, 1].</param>
    /// <returns>[M, F].</returns>
    public static Tensor Members(Tensor set, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(lengths);
        using DisposeScope scope = NewDisposeScope();
        Tensor places = Mask(lengths, set.shape[1]).flatten().nonzero().flatten();
        return set.flatten(0, 1).index_select(0, places).MoveToOuterDisposeScope();
    }

    /// <summary>The data sets whose length is no whole number from 0 to N.</summary>
    /// <param name="set">[B, N, F].</param>
    /// <param name="lengths">[B, 1], on the CPU.</param>
    /// <returns>Their indices, ascending.</returns>
    public static long[] WrongLengths(Tensor set, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(lengths);
        using Tensor wide = lengths.to(ScalarType.Float64, CPU, copy: true);
        double[] values = wide.data<double>().ToArray();
        return [.. values.Index().Where(v => !(v.Item >= 0 && v.Item <= set.shape[1] && v.Item == Math.Floor(v.Item)))
            .Select(v => (long)v.Index)];
    }
}
