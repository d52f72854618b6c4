using System.Text.Json;

namespace Reproduce.Files;

/// <summary>JSON that people read: indented, with the same line ends on every system.</summary>
public static class IndentedJson
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The text of a value.</summary>
    /// <typeparam name="T">The type whose members are written.</typeparam>
    /// <param name="value">The value.</param>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, s_options);
}
