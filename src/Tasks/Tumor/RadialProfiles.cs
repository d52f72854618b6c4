namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Accumulates the radial profiles: over 1-micrometre bins of distance to the border, the share of proliferating cells and the mean
/// extracellular matrix.
/// </summary>
internal sealed class RadialProfiles
{
    /// <summary>Width of a cell's footprint in the histogram, micrometres.</summary>
    public const double CellDiameter = 16.8;

    /// <summary>
    /// Length of a lattice unit in the profiles and in the division depth, micrometres (edge of a cube with a cell's volume).
    /// </summary>
    public const double Unit = CellDiameter * 0.805995977008235;

    private readonly BorderDistance _border;

    // Differences: a cell adds to the bins b0 .. b1 - 1 by +1 at b0 and -1 at b1, summed up once at the end.
    private readonly Sums[] _differences;

    /// <summary>Profiles of a number of bins.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="bins">Number of bins.</param>
    public RadialProfiles(TumorLattice lattice, int bins)
    {
        Bins = bins;
        _differences = new Sums[bins + 1];
        _border = new BorderDistance(lattice, (bins + CellDiameter + 1) / Unit);
    }

    /// <summary>Number of bins.</summary>
    public int Bins { get; }

    /// <summary>Number of snapshots taken.</summary>
    public int Snapshots { get; private set; }

    /// <summary>Empties the accumulators.</summary>
    public void Reset()
    {
        Snapshots = 0;
        Array.Clear(_differences);
        _border.Reset();
    }

    /// <summary>Adds the state of all cells.</summary>
    /// <param name="occupancy">The sites.</param>
    /// <param name="cells">The cells.</param>
    /// <param name="ecm">The extracellular matrix.</param>
    /// <param name="step">The field's steps done by now.</param>
    public void AddSnapshot(Occupancy occupancy, CellPopulation cells, EcmField ecm, int step)
    {
        Snapshots++;
        _border.Update(occupancy);
        Sums[] differences = _differences;

        // In site order, so that neighbours follow one another and their searches start from one another's distance.
        for (int site = 0; site < TumorLattice.SiteCount; site++)
        {
            int cell = cells.At(site);
            if (cell < 0 || cells.FirstSite(cell) != site)
            {
                continue;
            }

            double distance = Unit * Math.Sqrt(_border.SquaredTo(site));
            int begin = (int)Math.Max(0, Math.Min(distance - CellDiameter, Bins));
            int end = (int)Math.Min(distance, Bins);
            if (begin >= end)
            {
                continue;
            }

            double value = ecm.Read(site, step);
            double proliferating = cells.IsProliferating(cell) ? 1 : 0;
            ref Sums first = ref differences[begin];
            first.Cells += 1;
            first.Proliferating += proliferating;
            first.Ecm += value;
            ref Sums last = ref differences[end];
            last.Cells -= 1;
            last.Proliferating -= proliferating;
            last.Ecm -= value;
        }
    }

    /// <summary>Writes the profiles of all snapshots so far; bins without cells are 0.</summary>
    /// <param name="proliferation">Share of proliferating cells.</param>
    /// <param name="ecm">Mean extracellular matrix.</param>
    public void Write(Span<double> proliferation, Span<double> ecm)
    {
        Sums sums = default;
        for (int b = 0; b < Bins; b++)
        {
            sums.Cells += _differences[b].Cells;
            sums.Proliferating += _differences[b].Proliferating;
            sums.Ecm += _differences[b].Ecm;

            // Counts are sums of ones and therefore exact; the matrix's sum keeps rounding errors, so the count decides about zero.
            proliferation[b] = sums.Cells > 0 ? sums.Proliferating / sums.Cells : 0;
            ecm[b] = sums.Cells > 0 ? sums.Ecm / sums.Cells : 0;
        }
    }

    private struct Sums
    {
        public double Cells;
        public double Proliferating;
        public double Ecm;
    }
}
