namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The additive feedback generator behind <c>rand()</c> of the GNU C library (its default "TYPE_3" state).
/// </summary>
/// <remarks>
/// Needed for one thing only: the original simulator places its lattice points with this generator at seed 0, so the same lattice can
/// be generated instead of shipped. o(n) = o(n-3) + o(n-31) mod 2^32, output o(n) / 2.
/// </remarks>
internal sealed class GlibcRandom
{
    private const int Order = 31;
    private const int Lag = 3;
    private const int Discarded = 10 * Order;
    private readonly uint[] _last = new uint[Order];
    private int _next;

    /// <summary>A generator after <c>srand(seed)</c>; like there, seed 0 means 1.</summary>
    /// <param name="seed">The seed.</param>
    public GlibcRandom(uint seed)
    {
        // The start-up words 0..30 stand in the ring; the library's words 31..33 repeat words 0..2, which the ring does for us
        // when it starts at word 34 = slot 3.
        _last[0] = seed == 0 ? 1 : seed;
        for (int i = 1; i < Order; i++)
        {
            long word = 16807L * (int)_last[i - 1] % int.MaxValue;
            _last[i] = (uint)(word < 0 ? word + int.MaxValue : word);
        }

        _next = Lag;
        for (int i = 0; i < Discarded; i++)
        {
            Next();
        }
    }

    /// <summary>The next number, in 0 .. 2^31 - 1.</summary>
    public int Next()
    {
        // Slot n holds o(n-31); o(n-3) is three slots back in the ring.
        uint word = unchecked(_last[_next] + _last[(_next + Order - Lag) % Order]);
        _last[_next] = word;
        _next = (_next + 1) % Order;
        return (int)(word >> 1);
    }
}
