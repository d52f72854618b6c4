using System.Globalization;
using System.Text;

namespace Reproduce.Runner.Configuration.Yaml;

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
        var lines = problems.Take(MaximumProblems).Select(OneLine).ToList();
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
        foreach (var c in problem)
        {
            if (line.Length >= MaximumLineLength) return line.Append("...").ToString();
            var category = char.GetUnicodeCategory(c);
            var hidden = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
            if (hidden) line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else line.Append(c);
        }

        return line.ToString();
    }
}
