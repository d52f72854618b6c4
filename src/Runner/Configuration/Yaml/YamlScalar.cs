namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>A single value: its text, and whether the author put quotes around it.</summary>
/// <param name="position">Where the value starts.</param>
/// <param name="text">The text after YAML's escapes and folding.</param>
/// <param name="isQuoted">True for quoted and block scalars, which are always text; plain ones may be numbers, booleans or nothing.</param>
public sealed class YamlScalar(YamlPosition position, string text, bool isQuoted) : YamlNode(position)
{
    /// <summary>The text after YAML's escapes and folding.</summary>
    public string Text { get; } = text;

    /// <summary>True when the author marked the value as text.</summary>
    public bool IsQuoted { get; } = isQuoted;

    /// <summary>True for <c>~</c>, <c>null</c> and an empty plain value: nothing is given here.</summary>
    public bool IsNull => !IsQuoted && Text is ("" or "~" or "null");
}
