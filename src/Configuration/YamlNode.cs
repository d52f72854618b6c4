namespace Reproduce.Configuration;

/// <summary>A value of a configuration file that remembers where it was written. Nodes never change, so trees may share them.</summary>
public abstract class YamlNode
{
    private protected YamlNode(YamlPosition position) => Position = position;

    /// <summary>Where the value starts.</summary>
    internal YamlPosition Position { get; }
}

/// <summary>A single value: its text, and whether the author put quotes around it.</summary>
/// <param name="position">Where the value starts.</param>
/// <param name="text">The text after YAML's escapes and folding.</param>
/// <param name="isQuoted">True for quoted and block scalars, which are always text; plain ones may be numbers, booleans or nothing.</param>
internal sealed class YamlScalar(YamlPosition position, string text, bool isQuoted) : YamlNode(position)
{
    /// <summary>The text after YAML's escapes and folding.</summary>
    public string Text { get; } = text;

    /// <summary>True when the author marked the value as text.</summary>
    public bool IsQuoted { get; } = isQuoted;

    /// <summary>True for <c>~</c>, <c>null</c> and an empty plain value: nothing is given here.</summary>
    public bool IsNull => !IsQuoted && Text is ("" or "~" or "null");
}

/// <summary>A list of values.</summary>
/// <param name="position">Where the list starts.</param>
/// <param name="items">The values, in file order.</param>
internal sealed class YamlSequence(YamlPosition position, IReadOnlyList<YamlNode> items) : YamlNode(position)
{
    /// <summary>The values, in file order.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;
}

/// <summary>Where a piece of configuration was written: a place in a file, or an option of the command line.</summary>
/// <param name="Source">The file as the user would name it, or the whole option, such as <c>--set seed=1</c>.</param>
/// <param name="Line">Line, counted from 1; 0 when the source is an option and has no lines.</param>
/// <param name="Column">Column, counted from 1; 0 when the source is an option.</param>
internal readonly record struct YamlPosition(string Source, int Line, int Column)
{
    /// <summary>A position that stands for a whole source: an option of the command line, or a file that could not be read.</summary>
    public static YamlPosition Whole(string source) => new(source, 0, 0);

    /// <summary>Whether this is an option of the command line.</summary>
    public bool IsOption => Line == 0;

    /// <summary>The form compilers print and editors understand: <c>file(line,column)</c>, or the option alone.</summary>
    public override string ToString() => Line == 0 ? Source : FormattableString.Invariant($"{Source}({Line},{Column})");
}
