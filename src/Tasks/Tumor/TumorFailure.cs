namespace Reproduce.Tasks.Tumor;

/// <summary>A simulation that has no result.</summary>
/// <param name="Index">
/// Its place in the batch, or in the larger one of which that is a part; its random stream is the batch key's child of this index.
/// </param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Reason">What went wrong.</param>
public sealed record TumorFailure(int Index, TumorParameters Parameters, string Reason)
{
    /// <summary>One line: what is needed to repeat the run.</summary>
    public override string ToString() => $"simulation {Index}: {Reason} ({Parameters})";
}
