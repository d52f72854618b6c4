using System.Globalization;
using Reproduce.Compute;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// The two-dimensional tumour-spheroid simulator of Jagiella et al. (2017) on the path that pyABC's example and the paper use: an
/// agent-based model of growing, dividing and pushing cells on an unstructured lattice, coupled to extracellular matrix, over 500 h.
/// </summary>
/// <remarks>
/// <para>Statistically equivalent to the original program, not the same numbers: the random stream is another one.</para>
/// <para>All positive rates are equal (11 x division rate), so the next event is a uniform choice among running clocks. The empty
/// events of the original (its "gap" event of rate 1/24 per hour, and attempts of blocked cells, which all fail) only provide moments
/// at which output is taken: output belongs to the first event after a nominal time. They are drawn here only at those times, which
/// has the same law because waiting times are memoryless.</para>
/// <para>Not thread-safe: one simulator per thread, reused from run to run (about 1 MB). A run allocates nothing.</para>
/// </remarks>
public sealed class TumorSimulator
{
    /// <summary>End of a simulation, h.</summary>
    public const double EndTime = 500;

    /// <summary>Spacing of the growth curve, h; also the mean waiting time of the gap event.</summary>
    public const double GrowthInterval = 24;

    /// <summary>Length of a lattice unit in the growth curve, micrometres; deliberately not that of the profiles.</summary>
    public const double GrowthUnit = 16.8 * 0.8;

    /// <summary>
    /// Ten million events. A cell needs 11 for a division and 10 for the failed attempt that blocks it, so that the 10000 cells of a
    /// full domain take a few hundred thousand: a run beyond the limit is not a run of this model.
    /// </summary>
    public const long DefaultEventLimit = 10_000_000;

    private const int StagesPerCycle = 11;
    private const int EventsPerCheck = 1024;

    private readonly TumorLattice _lattice;
    private readonly Occupancy _occupancy;
    private readonly CellPopulation _cells = new();
    private readonly EcmField _ecm;
    private readonly OutputRecorder _recorder;
    private readonly long _eventLimit;
    private readonly short[] _path = new short[TumorLattice.SiteCount];
    private Xoshiro256 _random;
    private TumorParameters _parameters;
    private double _time;

    /// <summary>A simulator.</summary>
    /// <param name="lattice">The lattice; <see cref="TumorLattice.Standard"/> when not given.</param>
    /// <param name="bins">Number of 1-micrometre bins of the radial profiles.</param>
    /// <param name="eventLimit">A run with more events fails.</param>
    public TumorSimulator(TumorLattice? lattice = null, int bins = TumorOutput.DefaultBins, long eventLimit = DefaultEventLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(eventLimit);
        _eventLimit = eventLimit;
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        _lattice = lattice ?? TumorLattice.Standard;
        _occupancy = new Occupancy(_lattice);
        _ecm = new EcmField(_lattice, EndTime);
        _recorder = new OutputRecorder(_lattice, bins);
    }

    /// <summary>Number of radial bins.</summary>
    public int Bins => _recorder.Bins;

    /// <summary>Number of cells at the end of the last run.</summary>
    public int CellCount => _cells.Count;

    /// <summary>Number of sites occupied at the end of the last run.</summary>
    public int OccupiedSites => _occupancy.Count;

    /// <summary>Number of events (stages, growth attempts, divisions) of the last run.</summary>
    public long EventCount { get; private set; }

    /// <summary>Number of profile snapshots of the last run: 25 unless hardly anything happens.</summary>
    public int SnapshotCount => _recorder.Snapshots;

    /// <summary>Sites, for the deterministic checks of the tests.</summary>
    internal Occupancy Sites => _occupancy;

    /// <summary>Extracellular matrix, for the deterministic checks of the tests.</summary>
    internal EcmField Matrix => _ecm;

    /// <summary>Runs one simulation.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="key">The stream of random numbers; the output is a function of parameters and key alone.</param>
    /// <param name="output">Receives growth curve and profiles.</param>
    /// <param name="cancellation">Looked at every thousand events.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or the output has another number of bins.</exception>
    /// <exception cref="InvalidOperationException">More events than the limit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(in TumorParameters parameters, RandomKey key, TumorOutput output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.Ecm.Length != Bins)
        {
            throw new ArgumentException($"output: expected {Bins} bins, got {output.Ecm.Length}.", nameof(output));
        }

        parameters.Validate();
        cancellation.ThrowIfCancellationRequested();
        _random = new Xoshiro256(key);
        SearchTemplate[] starts = _lattice.StartTemplates;
        Begin(parameters, starts[_random.NextIndex(starts.Length)]);
        Continue(output, cancellation);
    }

    /// <summary>Sets the initial condition: a disk of cells, most of them switched off.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="start">Middle of the disk and search template of the run.</param>
    internal void Begin(in TumorParameters parameters, SearchTemplate start)
    {
        _parameters = parameters;
        _time = 0;
        EventCount = 0;
        _occupancy.Reset(start);
        _cells.Reset();
        _ecm.Reset(parameters.EcmProductionRate, parameters.EcmDegradationRate);
        _recorder.Reset();

        double squaredRadius = parameters.InitialSpheroidRadius * parameters.InitialSpheroidRadius;
        for (int site = 0; site < TumorLattice.SiteCount; site++)
        {
            if (_lattice.SquaredDistance(site, start.StartSite) < squaredRadius)
            {
                _cells.Add(site);
                Occupy(site);
            }
        }

        double active = 1 - parameters.InitialQuiescentFraction;
        for (int cell = 0; cell < _cells.Count; cell++)
        {
            _cells.SetCycling(cell, _random.NextDouble() <= active * CyclingProbability(_cells.FirstSite(cell)));
        }
    }

    /// <summary>Runs from the initial condition to the end.</summary>
    internal void Continue(TumorOutput output, CancellationToken cancellation)
    {
        double rate = StagesPerCycle * _parameters.DivisionRate;
        while (true)
        {
            double total = _cells.RunningCount * rate;
            double next = total > 0 ? _time + _random.NextExponential() / total : double.PositiveInfinity;
            if (next >= _recorder.NextTime && !OutputBefore(next, rate, output))
            {
                return;
            }

            // In the original the matrix advances after the event with the occupancy after it. So changes of the occupancy count from
            // the event before, and divisions read the matrix as it was after the event before.
            int step = EcmField.StepsAt(_time);
            int cell = _cells.Running(_random.NextIndex(_cells.RunningCount));
            switch (_cells.Tick(cell))
            {
                case CellPopulation.LastGrowthStage:
                    TryGrow(cell, step);
                    break;
                case CellPopulation.DivisionStage:
                    Divide(cell, step);
                    break;
            }

            double last = _time;
            _time = next;
            if (next >= _recorder.NextTime)
            {
                Observe(last, output);
            }

            if (++EventCount % EventsPerCheck == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                ThrowIfRunaway();
            }
        }
    }

    private void ThrowIfRunaway()
    {
        if (EventCount >= _eventLimit)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"more than {_eventLimit} events by hour {_time:F0} ({CellCount} cells)"));
        }
    }

    /// <summary>Takes the outputs that an empty event takes before the next real one.</summary>
    /// <returns>False when the simulation has ended.</returns>
    private bool OutputBefore(double next, double rate, TumorOutput output)
    {
        double emptyRate = 1 / GrowthInterval + _cells.BlockedCount * rate;
        while (next >= _recorder.NextTime)
        {
            double empty = _recorder.NextTime + _random.NextExponential() / emptyRate;
            if (empty >= next && next <= EndTime)
            {
                return true; // The real event comes first and takes the output.
            }

            double last = _time;
            _time = Math.Min(Math.Min(empty, next), EndTime);
            Observe(last, output);
            if (_time >= EndTime)
            {
                return false;
            }
        }

        return true;
    }

    private void Observe(double last, TumorOutput output) => _recorder.Observe(last, _time, _occupancy, _cells, _ecm, output);

    private void TryGrow(int cell, int step)
    {
        int site = _cells.FirstSite(cell);
        int target = _occupancy.FindFree(site, ref _random);
        if (target < 0)
        {
            _cells.Block(cell);
            return;
        }

        if (_occupancy.HasEmptyNeighbour(site))
        {
            _cells.Grow(cell, target);
            Occupy(target, step);
            return;
        }

        int length = FindPath(site, target);
        for (int i = length - 1; i > 0; i--)
        {
            _cells.Push(_path[i - 1], _path[i]);
        }

        _cells.Grow(cell, _path[0]);
        Occupy(_path[length - 1], step);
        for (int i = 1; i < length; i++)
        {
            _cells.Refresh(_cells.At(_path[i]), _occupancy);
        }
    }

    /// <summary>Greedy walk over Delaunay neighbours towards a free site, until any free site is met.</summary>
    /// <returns>Length of the path; its last site is free, all others are taken.</returns>
    private int FindPath(int site, int target)
    {
        int length = 0;
        do
        {
            double nearest = double.MaxValue;
            foreach (short neighbour in _lattice.NeighboursOf(site))
            {
                double distance = _lattice.SquaredDistance(neighbour, target);
                if (distance < nearest)
                {
                    nearest = distance;
                    site = neighbour;
                }
            }

            _path[length++] = (short)site;
        }
        while (_occupancy.IsTaken(site));
        return length;
    }

    private void Divide(int cell, int step)
    {
        int daughter = _cells.Divide(cell);
        double probability = CyclingProbability(_cells.FirstSite(daughter));
        Decide(daughter, probability, step);
        Decide(cell, probability, step);
    }

    private void Decide(int cell, double probability, int step)
    {
        bool cycling = _random.NextDouble() <= probability
            && _ecm.Read(_cells.FirstSite(cell), step) >= _parameters.EcmDivisionThreshold;
        _cells.SetCycling(cell, cycling);
    }

    // exp(-depth / L), the depth being the distance to a free site from a lattice distance whose square is truncated.
    private double CyclingProbability(int site)
    {
        int squared = _occupancy.TruncatedSquaredDistanceToFree(site, ref _random);
        return Math.Exp(-Math.Sqrt(squared) * RadialProfiles.Unit / _parameters.DivisionDepth);
    }

    private void Occupy(int site, int step = 0)
    {
        _occupancy.Take(site);
        _ecm.AddSource(site, step);
    }
}
