namespace Reproduce.Tasks;

/// <summary>How a batch of simulations is run; nothing here but <see cref="First"/> changes the result.</summary>
/// <param name="Folder">Where finished simulations are kept until all are done; null to keep none.</param>
/// <param name="Workers">Simulations at once.</param>
/// <param name="Progress">Told the number of finished simulations.</param>
/// <param name="Cancel">Stops the batch.</param>
public sealed record BatchRequest(string? Folder, int Workers, Action<int>? Progress, CancellationToken Cancel)
{
    /// <summary>
    /// Rows of a larger batch before these, a whole number of chunks: row i here is simulated as row <c>First + i</c> there.
    /// </summary>
    public int First { get; init; }

    /// <summary>Whether all rows may fail, as those may that replace others; else a simulator that never works is called broken.</summary>
    public bool MayFail { get; init; }

    /// <summary>Told what a reader of the log should know, in one sentence.</summary>
    public Action<string>? Note { get; init; }
}
