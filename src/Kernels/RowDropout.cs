using System.Runtime.CompilerServices;

namespace Reproduce.Kernels;

/// <summary>
/// A dropout mask that is not stored: whether an entry is kept is a hash of its row and column, computed where it is needed, forward and
/// backward.
/// </summary>
/// <remarks>
/// A row has two words of its own from <see cref="SplitMix64"/>: where its counter begins, and what is mixed in between the two rounds of
/// multiplication and shifts that make a random word of a counter (Wellons' search for hashes of 32 bits, 2018). A word decides over two
/// entries by its halves: word i of every sixteen over columns i and 16 + i of 32. The rate is rounded to a multiple of 2^-16, and what
/// is kept is scaled by the rounded rate, so that expectations are exact.
/// </remarks>
public readonly record struct RowDropout
{
    /// <summary>Columns whose words follow each other.</summary>
    internal const int Words = 16;

    /// <summary>From a word's counter to the next.</summary>
    internal const uint Step = 0x9E3779B9;

    /// <summary>Multiplier of the first round.</summary>
    internal const uint FirstFactor = 0x7FEB352D;

    /// <summary>Multiplier of the second round.</summary>
    internal const uint SecondFactor = 0x846CA68B;

    private const double Resolution = 65536;
    private readonly ulong _key;

    /// <summary>A mask.</summary>
    /// <param name="key">Names the mask.</param>
    /// <param name="rate">Probability of 0, in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">Another rate.</exception>
    public RowDropout(ulong key, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rate, 1);
        _key = key;
        double dropped = Math.Min(Math.Round(rate * Resolution), Resolution - 1);
        Threshold = (uint)dropped << 16;
        Kept = (float)(Resolution / (Resolution - dropped));
    }

    /// <summary>No dropout.</summary>
    public static RowDropout Off { get; } = new(0, 0);

    /// <summary>Whether anything is dropped.</summary>
    public bool IsOn => Threshold > 0;

    /// <summary>What entries that are kept are multiplied by.</summary>
    public float Kept { get; }

    /// <summary>Halves of words below this, in the upper half, drop their entry.</summary>
    internal uint Threshold { get; }

    /// <summary>The mask itself: 0 and <see cref="Kept"/>.</summary>
    /// <param name="mask">Receives [rows, columns].</param>
    /// <param name="columns">Columns of the mask.</param>
    public void Fill(Span<float> mask, int columns)
    {
        for (int row = 0; row < mask.Length / columns; row++)
        {
            (uint counter, uint second) = Begin(row);
            Span<float> line = mask.Slice(row * columns, columns);
            for (int first = 0; first < columns; first += 2 * Words)
            {
                for (int column = first; column < Math.Min(first + Words, columns); column++)
                {
                    uint x = unchecked((counter ^ (counter >> 16)) * FirstFactor);
                    x = unchecked((x ^ (x >> 15) ^ second) * SecondFactor);
                    x ^= x >> 16;
                    counter = unchecked(counter + Step);
                    line[column] = x << 16 >= Threshold ? Kept : 0;
                    if (column + Words < columns)
                    {
                        line[column + Words] = x >= Threshold ? Kept : 0;
                    }
                }
            }
        }
    }

    /// <summary>The words of a row: its first counter, and what is mixed in between the rounds.</summary>
    /// <param name="row">From 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal (uint Counter, uint Second) Begin(int row)
    {
        ulong own = SplitMix64.BitsAt(_key, (ulong)row + 1);
        return ((uint)own, (uint)(own >> 32));
    }
}
