namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The cells: their one or two sites, whether they cycle, how far they are in the cycle, and which clocks run.
/// </summary>
/// <remarks>
/// A cycle has ten growth stages and one division stage, all with the same rate; a cell's single pending stage event is its clock.
/// Sites never become free and cells never die, so a number once given to a cell stays.
/// </remarks>
internal sealed class CellPopulation
{
    /// <summary>Stage in which the next event of a single-site cell is a growth attempt.</summary>
    public const byte LastGrowthStage = 9;

    /// <summary>Stage of a two-site cell: the next event is its division.</summary>
    public const byte DivisionStage = 10;

    private const short None = -1;
    private readonly short[] _cellAt = new short[TumorLattice.SiteCount];
    private readonly short[] _first = new short[TumorLattice.SiteCount];
    private readonly short[] _second = new short[TumorLattice.SiteCount];
    private readonly byte[] _stage = new byte[TumorLattice.SiteCount];
    private readonly bool[] _cycling = new bool[TumorLattice.SiteCount];
    private readonly Condition[] _condition = new Condition[TumorLattice.SiteCount];

    // Cells whose clock runs, in no order, and where each stands among them: all clocks have one rate, so choosing the next event is
    // choosing an entry, and switching a clock off swaps the last entry into its place.
    private readonly short[] _running = new short[TumorLattice.SiteCount];
    private readonly short[] _runningIndex = new short[TumorLattice.SiteCount];

    private enum Condition : byte
    {
        /// <summary>Free to grow.</summary>
        Normal,

        /// <summary>A growth attempt found no room. In the original the clock runs on for attempts that all fail; here it is off.</summary>
        Blocked,

        /// <summary>Blocked, and the clock is off in the original too.</summary>
        Stalled,
    }

    /// <summary>Number of cells.</summary>
    public int Count { get; private set; }

    /// <summary>Number of running clocks.</summary>
    public int RunningCount { get; private set; }

    /// <summary>
    /// Number of blocked cells whose clock would run in the original, without effect on anything but the moments of output.
    /// </summary>
    public int BlockedCount { get; private set; }

    /// <summary>Removes all cells.</summary>
    public void Reset()
    {
        Count = RunningCount = BlockedCount = 0;
        Array.Fill(_cellAt, None);
    }

    /// <summary>The cell on a site; -1 when there is none.</summary>
    /// <param name="site">A site.</param>
    public int At(int site) => _cellAt[site];

    /// <summary>The first of a cell's sites.</summary>
    /// <param name="cell">A cell.</param>
    public int FirstSite(int cell) => _first[cell];

    /// <summary>True for a cell that counts as proliferating: cycling and not blocked.</summary>
    /// <param name="cell">A cell.</param>
    public bool IsProliferating(int cell) => _cycling[cell] && _condition[cell] == Condition.Normal;

    /// <summary>The cell of a running clock.</summary>
    /// <param name="index">0 .. RunningCount - 1.</param>
    public int Running(int index) => _running[index];

    /// <summary>Moves a cell's cycle on when its event is a plain stage tick.</summary>
    /// <param name="cell">A cell with a running clock.</param>
    /// <returns>The stage before: a growth attempt or a division is due at the last two.</returns>
    public byte Tick(int cell)
    {
        byte stage = _stage[cell];
        if (stage < LastGrowthStage)
        {
            _stage[cell] = (byte)(stage + 1);
        }

        return stage;
    }

    /// <summary>A new normal cell at stage 0 that does not cycle yet.</summary>
    /// <param name="site">Its site; taken over from the cell that was there, if any.</param>
    public int Add(int site)
    {
        int cell = Count++;
        _cellAt[site] = (short)cell;
        _first[cell] = (short)site;
        _second[cell] = None;
        _stage[cell] = 0;
        _cycling[cell] = false;
        _condition[cell] = Condition.Normal;
        _runningIndex[cell] = None;
        return cell;
    }

    /// <summary>Decides whether a normal single-site cell goes on cycling; its clock follows.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="cycling">Whether it cycles.</param>
    public void SetCycling(int cell, bool cycling)
    {
        _cycling[cell] = cycling;
        SetClock(cell, cycling);
    }

    /// <summary>Gives a cell its second site; the next event is its division.</summary>
    /// <param name="cell">A single-site cell.</param>
    /// <param name="site">The new site.</param>
    public void Grow(int cell, int site)
    {
        _second[cell] = (short)site;
        _cellAt[site] = (short)cell;
        _stage[cell] = DivisionStage;
    }

    /// <summary>Splits a two-site cell: the daughter takes the last site.</summary>
    /// <param name="cell">The mother, which keeps the first site and starts again at stage 0.</param>
    /// <returns>The daughter.</returns>
    public int Divide(int cell)
    {
        int daughter = Add(_second[cell]);
        _second[cell] = None;
        _stage[cell] = 0;
        return daughter;
    }

    /// <summary>A growth attempt found no room: the cell is blocked and its cycle starts again.</summary>
    /// <param name="cell">A single-site cell.</param>
    public void Block(int cell)
    {
        _stage[cell] = 0;
        _condition[cell] = Condition.Blocked;
        BlockedCount++;

        // Every later attempt would fail as long as nobody pushes the cell, since sites never become free.
        SetClock(cell, false);
    }

    /// <summary>Pushes the cell on a site to the next site of a path, where it becomes the last of the cell's sites.</summary>
    /// <param name="from">An occupied site.</param>
    /// <param name="to">Where its content goes.</param>
    public void Push(int from, int to)
    {
        int cell = _cellAt[from];
        _cellAt[to] = (short)cell;
        if (_second[cell] == None)
        {
            _first[cell] = (short)to;
            return;
        }

        if (_first[cell] == from)
        {
            _first[cell] = _second[cell];
        }

        _second[cell] = (short)to;
    }

    /// <summary>Looks again at a cell that was pushed: a blocked one with an empty neighbour is normal, one without is stalled.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="occupancy">The sites, after the push.</param>
    public void Refresh(int cell, Occupancy occupancy)
    {
        if (_condition[cell] == Condition.Normal)
        {
            return; // Its clock already follows from its state.
        }

        bool free = occupancy.HasEmptyNeighbour(_first[cell]);
        if (_condition[cell] == Condition.Blocked)
        {
            BlockedCount--;
        }

        _condition[cell] = free ? Condition.Normal : Condition.Stalled;
        SetClock(cell, free);
    }

    private void SetClock(int cell, bool runs)
    {
        int index = _runningIndex[cell];
        if (runs == index >= 0)
        {
            return;
        }

        if (runs)
        {
            _runningIndex[cell] = (short)RunningCount;
            _running[RunningCount++] = (short)cell;
        }
        else
        {
            short moved = _running[--RunningCount];
            _running[index] = moved;
            _runningIndex[moved] = (short)index;
            _runningIndex[cell] = None;
        }
    }
}
