using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Reproduce.Configuration;

/// <summary>How names are written in files, which one somebody probably meant, and the words that error messages share.</summary>
public static partial class Names
{
    /// <summary>What <see cref="IsSafe"/> accepts, for error messages.</summary>
    public const string SafeDescription = "a name of small letters, digits, '-' and '_' (at most 64, not a device name such as 'con')";

    /// <summary>Misspellings further away than this are not guessed at.</summary>
    public const int MaximumEdits = 3;

    private const int MaximumNameLength = 64;
    private const int LongestQuote = 60;

    /// <summary>The key of a property: <c>DataSets</c> becomes <c>data_sets</c>, <c>SSMDraws</c> <c>ssm_draws</c>.</summary>
    public static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            bool endsWord = i > 0 && char.IsUpper(name[i])
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (endsWord && name[i - 1] != '_')
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString();
    }

    /// <summary>
    /// True for a name that may become a file or folder: it cannot climb out of its folder, differs from others not only in case, and is
    /// not one that Windows keeps for a device.
    /// </summary>
    public static bool IsSafe(string name) => name.Length <= MaximumNameLength && Safe().IsMatch(name) && !Device().IsMatch(name);

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
        (string a, string b) = (first.ToLowerInvariant(), second.ToLowerInvariant());
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            edits[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            edits[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(changed, 1 + Math.Min(edits[i - 1, j], edits[i, j - 1]));
                bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped)
                {
                    edits[i, j] = Math.Min(edits[i, j], 1 + edits[i - 2, j - 2]);
                }
            }
        }

        return edits[a.Length, b.Length];
    }

    /// <summary><c>; did you mean 'epochs'?</c>, or nothing when no candidate is near.</summary>
    public static string DidYouMean(string name, IEnumerable<string> candidates) =>
        Nearest(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : ".";

    /// <summary>A text in quotes, shortened in the middle of nowhere rather than filling the screen.</summary>
    public static string Quote(string text) => $"'{Shorten(text)}'";

    /// <summary>The first sixty characters of a text.</summary>
    public static string Shorten(string text) => text.Length <= LongestQuote
        ? text
        : string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, LongestQuote)}... ({text.Length} characters)");

    /// <summary>What was found at a place: <c>'many'</c>, <c>a map</c>, <c>a list</c> or <c>nothing</c>.</summary>
    public static string Found(YamlNode node) => node switch
    {
        YamlMap => "a map",
        YamlSequence => "a list",
        YamlScalar { IsNull: true } => "nothing",
        YamlScalar scalar => Quote(scalar.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>The key of a value inside the value at <paramref name="path"/>.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? Shorten(key) : $"{path}.{Shorten(key)}";

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Safe();

    [GeneratedRegex(@"^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Device();
}
