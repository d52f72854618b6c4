namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Takes a run's outputs at the right moments: each belongs to the first event, empty or not, after its nominal time.
/// </summary>
/// <remarks>
/// Growth curve: every 24 h. Profiles: a snapshot after every full hour of day 17 (408 .. 432 h), so 25 unless events are rarer than
/// hours; several nominal times between two events share one look at the state.
/// </remarks>
internal sealed class OutputRecorder
{
    private const double ProfileBegin = 17 * TumorSimulator.GrowthInterval;
    private const double ProfileEnd = 18 * TumorSimulator.GrowthInterval;
    private readonly RadialProfiles _profiles;
    private int _growthPoints;
    private bool _profilesWritten;

    /// <summary>A recorder for profiles of a number of bins.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="bins">Number of bins.</param>
    public OutputRecorder(TumorLattice lattice, int bins) => _profiles = new RadialProfiles(lattice, bins);

    /// <summary>Number of bins of the profiles.</summary>
    public int Bins => _profiles.Bins;

    /// <summary>Number of profile snapshots taken.</summary>
    public int Snapshots => _profiles.Snapshots;

    /// <summary>The first event at or after this time has to be shown to <see cref="Observe"/>, h.</summary>
    public double NextTime { get; private set; }

    /// <summary>Starts a run at time 0.</summary>
    public void Reset()
    {
        NextTime = TumorSimulator.GrowthInterval;
        _growthPoints = 0;
        _profilesWritten = false;
        _profiles.Reset();
    }

    /// <summary>Takes all outputs that are due between two successive events.</summary>
    /// <param name="last">Time of the event before, h.</param>
    /// <param name="time">Time of this event, h.</param>
    /// <param name="occupancy">The sites after this event.</param>
    /// <param name="cells">The cells after this event.</param>
    /// <param name="ecm">The extracellular matrix.</param>
    /// <param name="output">Receives what is due.</param>
    public void Observe(double last, double time, Occupancy occupancy, CellPopulation cells, EcmField ecm, TumorOutput output)
    {
        if (last < ProfileEnd && time >= ProfileBegin && Math.Ceiling(last) < Math.Ceiling(time))
        {
            _profiles.AddSnapshot(occupancy, cells, ecm, EcmField.StepsAt(time));
        }

        if (time > ProfileEnd && !_profilesWritten)
        {
            _profilesWritten = true;
            _profiles.Write(output.Proliferation, output.Ecm);
        }

        int due = Math.Min((int)(time / TumorSimulator.GrowthInterval), TumorOutput.GrowthPoints);
        if (due > _growthPoints)
        {
            output.Growth.AsSpan(_growthPoints..due).Fill(TumorSimulator.GrowthUnit * occupancy.BorderRadius());
            _growthPoints = due;
        }

        double nextGrowth = due < TumorOutput.GrowthPoints ? (due + 1) * TumorSimulator.GrowthInterval : TumorSimulator.EndTime;
        double nextSnapshot = time < ProfileBegin ? ProfileBegin : time < ProfileEnd ? Math.Ceiling(time) : TumorSimulator.EndTime;
        NextTime = Math.Min(nextGrowth, nextSnapshot);
    }
}
