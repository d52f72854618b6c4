using System.Globalization;
using System.Text;

namespace Reproduce.Configuration;

/// <summary>The configuration cannot be used. Carries one line per problem, ready to be printed; the program exits with code 2.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>More lines than this help nobody: the rest is counted, not listed.</summary>
    public const int MaximumProblems = 50;

    private const int MaximumLineLength = 2000;

    /// <summary>Makes the exception of a list of problems.</summary>
    /// <param name="problems">The problems in the order they should be read. Control characters are written as escapes.</param>
    public ConfigurationException(IReadOnlyList<string> problems)
        : base(string.Join('\n', Limit(problems)))
    {
        Problems = Limit(problems);
    }

    /// <summary>Makes the exception of a single problem.</summary>
    public ConfigurationException(string problem)
        : this([problem])
    {
    }

    /// <summary>The problems, each a single printable line.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string[] Limit(IReadOnlyList<string> problems)
    {
        List<string> lines = problems.Take(MaximumProblems).Select(OneLine).ToList();
        if (problems.Count > MaximumProblems)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"... and {problems.Count - MaximumProblems} more problems."));
        }

        return [.. lines];
    }

    // File names and values come from outside: a line break or a terminal's escape sequence in one must not reach the screen.
    private static string OneLine(string problem)
    {
        var line = new StringBuilder(problem.Length);
        foreach (char c in problem)
        {
            if (line.Length >= MaximumLineLength)
            {
                return line.Append("...").ToString();
            }

            UnicodeCategory category = char.GetUnicodeCategory(c);
            bool hidden = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
            if (hidden)
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                line.Append(c);
            }
        }

        return line.ToString();
    }
}

/// <summary>Gathers problems while a tree is read, to report all of them at once in the order of the file.</summary>
internal sealed class ProblemList
{
    // A hostile file can hold a hundred thousand wrong keys; nobody reads more than the first few.
    private const int MaximumKept = 1000;

    private readonly List<(YamlPosition Position, string Text)> _problems = [];

    /// <summary>How many problems there are so far.</summary>
    public int Count => _problems.Count;

    /// <summary>True when further problems would not be kept.</summary>
    public bool IsFull => _problems.Count >= MaximumKept;

    /// <summary>Adds a problem with the value at a path.</summary>
    public void Add(YamlPosition position, string path, string problem)
    {
        if (IsFull)
        {
            return;
        }

        string text = path.Length == 0 ? $"{position}: {problem}" : $"{position}: {path}: {problem}";
        _problems.Add((position, text));
    }

    /// <summary>Throws when there are problems.</summary>
    public void ThrowIfAny()
    {
        if (Count == 0)
        {
            return;
        }

        IEnumerable<(YamlPosition Position, string Text)> ordered = _problems
            .OrderBy(problem => problem.Position.Source, StringComparer.Ordinal)
            .ThenBy(problem => problem.Position.Line)
            .ThenBy(problem => problem.Position.Column);
        throw new ConfigurationException([.. ordered.Select(problem => problem.Text)]);
    }
}
