namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Index offsets of the breadth-first layers 1 .. 10 around a start site, which the simulator applies to every site.
/// </summary>
/// <remarks>
/// The lattice is irregular, so shell 1 around another site is not its set of Delaunay neighbours, and an offset may step over the
/// y side of the domain to the opposite one. Both are properties of the original that show in its output.
/// </remarks>
internal sealed class SearchTemplate
{
    private readonly short[] _offsets;
    private readonly int[] _shellStart = new int[TumorLattice.ShellCount + 2];

    /// <summary>The template of a start site.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="startSite">The site whose surroundings are taken.</param>
    public SearchTemplate(TumorLattice lattice, int startSite)
    {
        StartSite = startSite;
        var offsets = new List<short>();
        var seen = new HashSet<int> { startSite };
        List<int> layer = [startSite];
        for (int g = 1; g <= TumorLattice.ShellCount; g++)
        {
            var next = new List<int>();
            foreach (int site in layer)
            {
                foreach (short neighbour in lattice.NeighboursOf(site))
                {
                    if (seen.Add(neighbour))
                    {
                        next.Add(neighbour);
                    }
                }
            }

            _shellStart[g] = offsets.Count;
            offsets.AddRange(next.Select(site => (short)(site - startSite)));
            layer = next;
        }

        _shellStart[TumorLattice.ShellCount + 1] = offsets.Count;
        _offsets = [.. offsets];
        Reach = _offsets.Max(o => Math.Abs((int)o));
        LargestShell = Enumerable.Range(1, TumorLattice.ShellCount).Max(g => Shell(g).Length);
    }

    /// <summary>The site whose surroundings are the template; also the middle of the initial disk.</summary>
    public int StartSite { get; }

    /// <summary>Largest absolute offset.</summary>
    public int Reach { get; }

    /// <summary>Number of offsets in the largest shell.</summary>
    public int LargestShell { get; }

    /// <summary>The offsets of one shell.</summary>
    /// <param name="g">Graph distance, 1 .. 10.</param>
    public ReadOnlySpan<short> Shell(int g) => _offsets.AsSpan(_shellStart[g], _shellStart[g + 1] - _shellStart[g]);
}
