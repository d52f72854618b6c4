namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>Where a piece of configuration was written: a place in a file, or an option of the command line.</summary>
/// <param name="Source">The file as the user would name it, or the whole option, such as <c>--set seed=1</c>.</param>
/// <param name="Line">Line, counted from 1; 0 when the source is an option and has no lines.</param>
/// <param name="Column">Column, counted from 1; 0 when the source is an option.</param>
public readonly record struct YamlPosition(string Source, int Line, int Column) : IComparable<YamlPosition>
{
    /// <summary>A position that stands for a whole source: an option of the command line, or a file that could not be read.</summary>
    public static YamlPosition Whole(string source) => new(source, 0, 0);

    /// <summary>Orders by source, then line, then column.</summary>
    public int CompareTo(YamlPosition other)
    {
        var bySource = string.CompareOrdinal(Source, other.Source);
        if (bySource != 0) return bySource;
        return Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);
    }

    /// <summary>True when <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static bool operator <(YamlPosition left, YamlPosition right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> stands after <paramref name="right"/>.</summary>
    public static bool operator >(YamlPosition left, YamlPosition right) => left.CompareTo(right) > 0;

    /// <summary>True unless <paramref name="left"/> stands after <paramref name="right"/>.</summary>
    public static bool operator <=(YamlPosition left, YamlPosition right) => left.CompareTo(right) <= 0;

    /// <summary>True unless <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static bool operator >=(YamlPosition left, YamlPosition right) => left.CompareTo(right) >= 0;

    /// <summary>The form compilers print and editors understand: <c>file(line,column)</c>, or the option alone.</summary>
    public override string ToString() => Line == 0 ? Source : FormattableString.Invariant($"{Source}({Line},{Column})");
}
