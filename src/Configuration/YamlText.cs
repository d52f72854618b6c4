using System.Text;

namespace Reproduce.Configuration;

/// <summary>Turns a configuration file into text, or says in one line why that cannot be done.</summary>
internal static class YamlText
{
    private const int MaximumListedFiles = 20;

    /// <summary>Reads a file of at most 1 MiB of UTF-8, with or without a byte order mark.</summary>
    public static string Read(string path, string name)
    {
        byte[] bytes = ReadBytes(path, name);
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw new ConfigurationException($"{name}: the file is UTF-16; save it as UTF-8.");
        }

        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
        return Decode(text, name);
    }

    /// <summary>Refuses NUL and other control characters: no editor shows them, and one in a name is an attack or an accident.</summary>
    public static void RequirePrintable(string text, Func<int, int, YamlPosition> positionOf)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsControl(text[i]) || text[i] is '\t' or '\n' or '\r' or '\u0085')
            {
                continue;
            }

            string what = text[i] == '\0' ? "a NUL character" : FormattableString.Invariant($"the control character U+{(int)text[i]:X4}");
            int lineStart = text.LastIndexOf('\n', i) + 1;
            YamlPosition position = positionOf(text.AsSpan(0, i).Count('\n') + 1, i - lineStart + 1);
            throw new ConfigurationException($"{position}: {what} is not allowed.");
        }
    }

    /// <summary>A line of a text, counted from 1, without its end; empty when there is no such line.</summary>
    public static string LineAt(string text, int number)
    {
        using var reader = new StringReader(text);
        string? line = reader.ReadLine();
        for (int i = 1; i < number && line is not null; i++)
        {
            line = reader.ReadLine();
        }

        return line ?? "";
    }

    /// <summary>The first tab in the indentation of a line, searched from a line on; null when there is none.</summary>
    public static (int Line, int Column)? FindTabIndent(string text, int fromLine)
    {
        using var reader = new StringReader(text);
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            int tab = line.AsSpan().IndexOfAnyExcept(' ');
            if (number >= fromLine && tab >= 0 && line[tab] == '\t')
            {
                return (number, tab + 1);
            }
        }

        return null;
    }

    /// <summary>The names, without their extension, of the .yaml files of a folder; none when it cannot be listed.</summary>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        try
        {
            IEnumerable<string> names = Directory.EnumerateFiles(folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file));
            return [.. names.Order(StringComparer.Ordinal)];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static byte[] ReadBytes(string path, string name)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new ConfigurationException($"{name}: expected a file, got a folder.");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            // One byte more than allowed is read: that also holds for devices, which have no length.
            byte[] bytes = new byte[YamlReader.MaximumBytes + 1];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count <= YamlReader.MaximumBytes
                ? bytes[..count]
                : throw new ConfigurationException($"{name}: the file is larger than 1 MiB, the most a configuration may have.");
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationException($"{name}: file not found{Neighbours(path, name)}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException($"{name}: the file cannot be read ({problem.Message.Trim().TrimEnd('.')}).");
        }
    }

    private static string Neighbours(string path, string name)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            return "; its folder does not exist either.";
        }

        IReadOnlyList<string> files = NamesIn(folder);
        if (files.Count == 0)
        {
            return "; its folder holds no .yaml files.";
        }

        string wanted = Path.GetFileName(path);
        // The extension is shared by all candidates, so it must not count as likeness.
        string? nearest = Names.Nearest(Path.GetFileNameWithoutExtension(wanted), files);
        if (nearest is not null)
        {
            return $"; did you mean '{name[..^wanted.Length]}{nearest}.yaml'?";
        }

        string listed = string.Join(", ", files.Take(MaximumListedFiles).Select(file => $"{file}.yaml"));
        return $". Its folder holds: {listed}{(files.Count > MaximumListedFiles ? ", ..." : ".")}";
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string name)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        (int index, int line, int column) = (0, 1, 1);
        while (Rune.DecodeFromUtf8(bytes[index..], out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
        {
            index += length;
            column++;
            if (rune.Value == '\n')
            {
                (line, column) = (line + 1, 1);
            }
        }

        var position = new YamlPosition(name, line, column);
        throw new ConfigurationException(
            FormattableString.Invariant($"{position}: the byte 0x{bytes[index]:X2} is not UTF-8; save the file as UTF-8."));
    }
}
