using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reproduce.Configuration;

/// <summary>
/// Reads the plain part of YAML that configuration needs: one document of maps, lists and values. Anchors, aliases and tags are refused:
/// they are how hostile files grow without bound, and a reader should not have to follow references.
/// </summary>
public sealed class YamlReader
{
    /// <summary>Files larger than this (1 MiB) are refused.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Maps and lists nested deeper than this are refused.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Keys longer than this are refused; the longest of a sensible file has twenty letters.</summary>
    public const int MaximumKeyLength = 128;

    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly string _text;
    private readonly Func<int, int, YamlPosition> _position;

    private YamlReader(string text, Func<int, int, YamlPosition> position)
    {
        // Comments hold no settings, so the scanner drops them.
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        _parser = new Parser(_scanner);
        _text = text;
        _position = position;
    }

    /// <summary>Reads a file whose root must be a map.</summary>
    /// <param name="path">The file.</param>
    /// <param name="displayName">How error messages name it; the path itself when null.</param>
    /// <exception cref="ConfigurationException">The file is missing, is no text or is not YAML of the plain kind.</exception>
    public static YamlMap Load(string path, string? displayName = null)
    {
        string name = displayName ?? path;
        YamlNode root = Parse(YamlText.Read(path, name), name);
        if (root is YamlMap map)
        {
            return map;
        }

        throw new ConfigurationException($"{root.Position}: expected a map of settings, got {Names.Found(root)}.");
    }

    /// <summary>Reads a text as though it stood in a file.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">The file name that positions carry.</param>
    /// <exception cref="ConfigurationException">The text is not YAML of the plain kind, or is empty.</exception>
    public static YamlNode Parse(string text, string file) =>
        Read(text, (line, column) => new YamlPosition(file, line, column), file);

    /// <summary>Reads the value of an option: every node's position is the option itself.</summary>
    internal static YamlNode ParseOption(string text, string option) =>
        Read(text, (_, _) => YamlPosition.Whole(option), option);

    private static YamlNode Read(string text, Func<int, int, YamlPosition> position, string source)
    {
        YamlText.RequirePrintable(text, position);
        var reader = new YamlReader(text, position);
        try
        {
            return reader.ReadStream(source);
        }
        catch (YamlException problem)
        {
            throw reader.SyntaxError(problem.Start, problem.Message.Trim().TrimEnd('.'));
        }
    }

    private YamlNode ReadStream(string source)
    {
        Next();
        if (Next() is StreamEnd)
        {
            throw new ConfigurationException($"{source}: nothing is written here; expected settings.");
        }

        YamlNode root = ReadNode(Next(), depth: 1);
        Next();
        if (Next() is { } extra and not StreamEnd)
        {
            throw Refuse(extra.Start, "a second document starts here; expected one document in a file.");
        }

        return root;
    }

    private ParsingEvent Next()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (Exception stumble) when (stumble is InvalidOperationException or ArgumentException or FormatException or ArithmeticException)
        {
            // The scanner stumbles over some malformed texts instead of reporting them: a bracket that is never closed makes it lose its
            // state, and an escape beyond Unicode reaches the conversion to a character.
            string reason = stumble is InvalidOperationException
                ? "found something that does not fit here; perhaps ']' or '}' is missing before it"
                : "found an escape that is no character";
            throw SyntaxError(_scanner.CurrentPosition, reason);
        }

        return _parser.Current ?? throw new InvalidOperationException("The YAML parser ended before its stream did.");
    }

    private YamlNode ReadNode(ParsingEvent start, int depth)
    {
        RefuseReferences(start);
        if (depth > MaximumDepth && start is not Scalar)
        {
            throw Refuse(start.Start, FormattableString.Invariant($"nested deeper than {MaximumDepth} levels."));
        }

        return start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadSequence(start.Start, depth),
            MappingStart => ReadMap(start.Start, depth),
            _ => throw new InvalidOperationException($"The YAML parser sent {start.GetType().Name} where a value starts."),
        };
    }

    private void RefuseReferences(ParsingEvent start)
    {
        string? reference = start switch
        {
            AnchorAlias => "aliases ('*name') are not supported; write the value out, or put quotes around a text that starts with '*'.",
            NodeEvent { Anchor.IsEmpty: false } => "anchors ('&name') are not supported; put quotes around a text that starts with '&'.",
            NodeEvent { Tag.IsEmpty: false } => "tags ('!name') are not supported; put quotes around a text that starts with '!'.",
            _ => null,
        };
        if (reference is not null)
        {
            throw Refuse(start.Start, reference);
        }
    }

    private YamlScalar ReadScalar(Scalar scalar)
    {
        // Only an escape inside double quotes can bring one in here: the text itself was searched before.
        if (scalar.Value.Contains('\0', StringComparison.Ordinal))
        {
            throw Refuse(scalar.Start, "a NUL character is not allowed.");
        }

        return new YamlScalar(Position(scalar.Start), scalar.Value, scalar.Style != ScalarStyle.Plain);
    }

    private YamlSequence ReadSequence(Mark start, int depth)
    {
        var items = new List<YamlNode>();
        for (ParsingEvent next = Next(); next is not SequenceEnd; next = Next())
        {
            items.Add(ReadNode(next, depth + 1));
        }

        return new YamlSequence(Position(start), items);
    }

    private YamlMap ReadMap(Mark start, int depth)
    {
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, YamlPosition>(StringComparer.Ordinal);
        for (ParsingEvent next = Next(); next is not MappingEnd; next = Next())
        {
            RefuseReferences(next);
            string key = ReadKey(next);
            YamlPosition position = Position(next.Start);
            if (!seen.TryAdd(key, position))
            {
                throw Refuse(next.Start, $"the key {Names.Quote(key)} is given twice; it stands in line {seen[key].Line} already.");
            }

            entries.Add(new YamlEntry(key, position, ReadNode(Next(), depth + 1)));
        }

        return new YamlMap(Position(start), entries);
    }

    private string ReadKey(ParsingEvent start)
    {
        if (start is not Scalar scalar)
        {
            throw Refuse(start.Start, "a key must be a name, not a map or a list.");
        }

        YamlScalar key = ReadScalar(scalar);
        if (key.IsNull || key.Text.Length == 0)
        {
            throw Refuse(start.Start, "a key is missing before ':'.");
        }

        if (key.Text.Length <= MaximumKeyLength)
        {
            return key.Text;
        }

        string length = FormattableString.Invariant($"a key of {key.Text.Length} characters; at most {MaximumKeyLength} are allowed.");
        throw Refuse(start.Start, length);
    }

    private ConfigurationException SyntaxError(Mark mark, string reason)
    {
        // The scanner reports a tab where the map around it starts, which may be pages above.
        bool isTab = reason.Contains(" tab ", StringComparison.Ordinal);
        if (isTab && YamlText.FindTabIndent(_text, ToInt(mark.Line)) is { } tab)
        {
            YamlPosition place = _position(tab.Line, tab.Column);
            return new ConfigurationException($"{place}: a tab indents this line; YAML is indented by spaces only.");
        }

        string line = YamlText.LineAt(_text, ToInt(mark.Line)).Trim();
        string where = line.Length == 0 ? "this is the end of the text" : $"the line is {Names.Quote(line)}";
        return Refuse(mark, $"not valid YAML: {char.ToLowerInvariant(reason[0])}{reason[1..]}; {where}.");
    }

    private ConfigurationException Refuse(Mark mark, string problem) => new($"{Position(mark)}: {problem}");

    private YamlPosition Position(Mark mark) => _position(ToInt(mark.Line), ToInt(mark.Column));

    private static int ToInt(long number) => (int)Math.Clamp(number, 0, int.MaxValue);
}
