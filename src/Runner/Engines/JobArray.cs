namespace Reproduce.Runner.Engines;

/// <summary>An array of a submission.</summary>
/// <param name="Name">Its name, such as train-1.</param>
/// <param name="Stage">One of <see cref="SubmissionStages"/>.</param>
/// <param name="Resources">What each element asks for.</param>
/// <param name="Elements">The elements, by index.</param>
/// <param name="After">Names of the arrays that it waits for.</param>
/// <param name="Waiting">How it waits for them.</param>
public sealed record JobArray(
    string Name,
    string Stage,
    ResourceSettings Resources,
    IReadOnlyList<WorkElement> Elements,
    IReadOnlyList<string> After,
    Waiting Waiting)
{
    /// <summary>The dependency as sbatch takes it; empty when it waits for nothing.</summary>
    /// <param name="ids">Numbers of the arrays that were submitted, by name.</param>
    public string Dependency(IReadOnlyDictionary<string, string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        string kind = Waiting switch
        {
            Waiting.ForSuccess => "afterok",
            Waiting.ForSameElement => "aftercorr",
            _ => "afterany",
        };
        return After.Count == 0 ? "" : $"{kind}:{string.Join(':', After.Select(name => ids[name]))}";
    }
}
