namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NameSuggestions
{
    /// <summary>Misspellings further away than this are not guessed at.</summary>
    public const int MaximumEdits = 3;

    /// <summary>The candidate nearest to a name within three edits, or null. Short names must keep half of their letters.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What may be written.</param>
    public static string? Nearest(string name, IEnumerable<string> candidates) => candidates
        .Where(candidate => Math.Abs(candidate.Length - name.Length) <= MaximumEdits)
        .Select(candidate => (Candidate: candidate, Edits: EditDistance(name, candidate)))
        .Where(pair => pair.Edits <= Math.Min(MaximumEdits, Math.Max(name.Length, pair.Candidate.Length) / 2))
        .OrderBy(pair => pair.Edits)
        .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
        .Select(pair => pair.Candidate)
        .FirstOrDefault();

    /// <summary>
    /// Number of inserted, removed, changed and swapped neighbouring letters between two names (optimal string alignment), ignoring case.
    /// </summary>
    public static int EditDistance(string first, string second)
    {
        var (a, b) = (first.ToLowerInvariant(), second.ToLowerInvariant());
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) edits[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) edits[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(changed, 1 + Math.Min(edits[i - 1, j], edits[i, j - 1]));
                var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped) edits[i, j] = Math.Min(edits[i, j], 1 + edits[i - 2, j - 2]);
            }
        }

        return edits[a.Length, b.Length];
    }

    /// <summary><c>; did you mean 'epochs'?</c>, or nothing when no candidate is near.</summary>
    internal static string DidYouMean(string name, IEnumerable<string> candidates) =>
        Nearest(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
}
