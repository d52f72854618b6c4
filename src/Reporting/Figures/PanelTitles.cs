namespace Reproduce.Reporting;

/// <summary>Titles of panels side by side, such as names of parameters: long ones are broken into lines, and all have one size.</summary>
internal sealed class PanelTitles
{
    /// <summary>Pixels from one line to the next.</summary>
    internal const float LineHeight = 13;

    // Rather one more line than letters smaller than this part of the usual size.
    private const float Smallest = 0.8f;
    private const int MostLines = 3;

    private readonly Dictionary<string, string[]> _lines = [];

    /// <param name="titles">The titles.</param>
    /// <param name="width">Room for each, pixels.</param>
    internal PanelTitles(IEnumerable<string> titles, float width)
    {
        foreach (string title in titles.Distinct())
        {
            _lines[title] = Enumerable.Range(1, MostLines)
                .Select(count => Break(title, count))
                .FirstOrDefault(lines => SizeOf(lines, width) >= Smallest * FigureStyle.TitleSize, Break(title, MostLines));
        }

        Size = _lines.Values.Min(lines => SizeOf(lines, width));
        Height = _lines.Values.Max(lines => lines.Length) * LineHeight;
    }

    /// <summary>Size of the letters.</summary>
    internal float Size { get; }

    /// <summary>Height of the highest title, pixels.</summary>
    internal float Height { get; }

    /// <summary>A title's lines.</summary>
    internal IReadOnlyList<string> Lines(string title) => _lines[title];

    private static float SizeOf(string[] lines, float width) => lines.Min(line => FigurePanel.Fitting(line, FigureStyle.TitleSize, width));

    // At underscores and spaces, so that the longest line is as short as it can be.
    private static string[] Break(string title, int count)
    {
        if (count == 1)
        {
            return [title];
        }

        string[] best = [title];
        for (int i = 0; i < title.Length - 1; i++)
        {
            if (title[i] is '_' or ' ')
            {
                string[] candidate = [title[..(i + 1)].TrimEnd(), .. Break(title[(i + 1)..], count - 1)];
                if (candidate.Max(l => l.Length) < best.Max(l => l.Length))
                {
                    best = candidate;
                }
            }
        }

        return best;
    }
}
