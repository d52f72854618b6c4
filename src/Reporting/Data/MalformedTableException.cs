namespace Reproduce.Reporting;

/// <summary>A results file that cannot be read; the message names file, line, column and what was expected.</summary>
public sealed class MalformedTableException : Exception
{
    /// <summary>Makes the message "file(line): column: problem".</summary>
    public MalformedTableException(string file, int line, string? column, string problem)
        : base(column is null ? $"{file}({line}): {problem}" : $"{file}({line}): column '{column}': {problem}")
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The file as it was given.</summary>
    public string File { get; }

    /// <summary>Line, from 1.</summary>
    public int Line { get; }

    /// <summary>Name of the column, or null when the whole line is wrong.</summary>
    public string? Column { get; }
}
