using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>Sets of varying size (<see cref="VaryingSet"/>) that come from outside.</summary>
internal static class ObservedSets
{
    /// <summary>Puts zeros for the padding, whatever stood there, and gives a set of numbers its last axis of length 1.</summary>
    /// <param name="arrays">An observation's arrays, which may be changed and replaced.</param>
    /// <param name="name">Name of a set.</param>
    /// <returns>The rows whose number of members cannot be, with the reason.</returns>
    /// <exception cref="InvalidDataException">There is no such set.</exception>
    public static IEnumerable<(long Row, string Reason)> Settle(Dictionary<string, Tensor> arrays, string name)
    {
        string length = VaryingSet.LengthOf(name);
        if (!arrays.TryGetValue(name, out Tensor? set) || !arrays.TryGetValue(length, out Tensor? lengths))
        {
            throw new InvalidDataException(
                $"expected the arrays '{name}' and '{length}' of a set of varying size, got {string.Join(", ", arrays.Keys.Order())}");
        }

        if (set.dim() == 2)
        {
            using Tensor numbers = set;
            arrays[name] = set = numbers.unsqueeze(2).DetachFromDisposeScope();
        }

        if (!VaryingSet.Is(arrays, name))
        {
            throw new InvalidDataException(
                $"expected '{name}' of the shape (N, most members, F) and '{length}' of the shape (N), got "
                    + $"({string.Join(", ", set.shape)}) and ({string.Join(", ", lengths.shape)})");
        }

        using Tensor padding = VaryingSet.Mask(lengths, set.shape[1]).logical_not_();
        using Tensor wide = padding.unsqueeze(2);
        set.masked_fill_(wide, 0);
        long most = set.shape[1];
        return VaryingSet.WrongLengths(set, lengths).Select(row => (row, $"'{length}' is no whole number from 0 to {most}"));
    }
}
