namespace Reproduce.Tasks.Tumor;

/// <summary>How a batch of simulations is run. Only the number of bins and the first index change the result.</summary>
public sealed record TumorBatchSettings
{
    /// <summary>
    /// Folder for the finished chunks; a batch that finds chunks of its own there goes on where they end. Null keeps nothing on disk.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Number of simulations in a file; what an interruption loses at most, per worker. Default 64 (about half a second).
    /// </summary>
    public int ChunkSize { get; init; } = 64;

    /// <summary>Index of the first simulation, where these are a part of a larger batch.</summary>
    public int First { get; init; }

    /// <summary>Number of simulations at once; default all cores.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>A simulation with more events counts as failed.</summary>
    public long EventLimit { get; init; } = TumorSimulator.DefaultEventLimit;

    /// <summary>Number of 1-micrometre bins of the radial profiles.</summary>
    public int Bins { get; init; } = TumorOutput.DefaultBins;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">All that is wrong, in one message.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        Require(ChunkSize >= 1, $"ChunkSize: expected at least 1, got {ChunkSize}.", problems);
        Require(First >= 0, $"First: expected at least 0, got {First}.", problems);
        Require(Workers >= 1, $"Workers: expected at least 1, got {Workers}.", problems);
        Require(EventLimit >= 1, $"EventLimit: expected at least 1, got {EventLimit}.", problems);
        Require(Bins >= 1, $"Bins: expected at least 1, got {Bins}.", problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems));
        }
    }

    private static void Require(bool holds, string problem, List<string> problems)
    {
        if (!holds)
        {
            problems.Add(problem);
        }
    }
}
