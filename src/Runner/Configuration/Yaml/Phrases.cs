using System.Globalization;

namespace Reproduce.Runner.Configuration.Yaml;

/// <summary>The words that error messages share.</summary>
internal static class Phrases
{
    private const int LongestQuote = 60;

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
}
