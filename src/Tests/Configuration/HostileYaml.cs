using System.Globalization;
using System.Text;

namespace Reproduce.Tests.Configuration;

/// <summary>Makes malformed and hostile files out of a good one, always the same ones for a seed.</summary>
internal static class HostileYaml
{
    private static readonly string[] Fragments =
    [
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "? ",
        "&a ",
        "*a",
        "!!x ",
        "!<",
        "%YAML 1.2\n",
        "%TAG ! tag:x,2000:\n",
        "---\n",
        "...\n",
        "|",
        ">",
        "|9\n",
        "'",
        "\"",
        "\"\\x00\"",
        "\"\\uD800\"",
        "\"\\UFFFFFFFF\"",
        "#",
        "\t",
        "\r",
        "\r\n",
        "\n",
        "\u0085",
        "\u2028",
        "\uFEFF",
        "\0",
        "\u001b[2J",
        "<<: ",
        "~",
        "null",
        "99999999999999999999",
        "1e999",
        "-0",
        ".inf",
        ".nan",
        "0x10",
        "0o7",
        "1_000",
        "2026-01-01",
        "../../etc/passwd",
        "..\\..\\x",
        "/dev/zero",
        "C:\\nul",
        "con",
        "kind: ",
        "kind: cmpe\n",
        "*:",
        "\"*\": ",
        "\ud83d\ude00",
        "e\u0301",
        "\u202e",
        "@",
        "`",
        ",",
        "  ",
        "        ",
    ];

    /// <summary>Files that were thought of.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Chosen(string yaml)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(yaml);
        yield return ("empty", []);
        yield return ("only a mark", [.. Encoding.UTF8.Preamble]);
        yield return ("byte order mark", [.. Encoding.UTF8.Preamble, .. utf8]);
        yield return ("windows lines", Encoding.UTF8.GetBytes(yaml.ReplaceLineEndings("\r\n")));
        yield return ("old lines", Encoding.UTF8.GetBytes(yaml.ReplaceLineEndings("\r")));
        yield return ("tabs", Encoding.UTF8.GetBytes(yaml.Replace("  ", "\t", StringComparison.Ordinal)));
        yield return ("utf-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(yaml)]);
        yield return ("utf-16 unmarked", Encoding.Unicode.GetBytes(yaml));
        yield return ("utf-16 big", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(yaml)]);
        yield return ("utf-32", [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(yaml)]);
        yield return ("latin-1", Encoding.Latin1.GetBytes(yaml.Replace("mixture", "mixturé", StringComparison.Ordinal)));
        yield return ("zeros", new byte[4096]);
        yield return ("all bytes", [.. Enumerable.Range(0, 256).Select(value => (byte)value)]);
        yield return ("too large", new byte[(1 << 20) + 1].Select(_ => (byte)'a').ToArray());
        foreach ((string? name, string? text) in Bombs())
        {
            yield return (name, Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>One file with a few random changes.</summary>
    public static byte[] Mutate(byte[] yaml, Random random)
    {
        List<byte> bytes = yaml.ToList();
        int changes = random.Next(2) == 0 ? 1 : random.Next(2, 5);
        for (int i = 0; i < changes && bytes.Count > 2; i++)
        {
            int at = random.Next(bytes.Count);
            int count = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.RemoveRange(at, count); break;
                case 4: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, count)); break;
                case 5: bytes[at] = bytes[random.Next(bytes.Count)]; break;
                default: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)])); break;
            }
        }

        return [.. bytes];
    }

    private static IEnumerable<(string Name, string Text)> Bombs()
    {
        const int many = 100_000;
        yield return ("billion laughs", "a: &a [x, x]\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"b{i}: &b{i} [*a, *a]\n")));
        yield return ("merge key", "a: &a {x: 1}\nb: {<<: *a}");
        yield return ("lists in lists", new string('[', many));
        yield return ("lists in lists, closed", new string('[', many) + new string(']', many));
        yield return ("lists in lists over lines", string.Concat(Enumerable.Repeat("[\n", many)));
        yield return ("maps in maps", string.Concat(Enumerable.Repeat("{a: ", many)));
        yield return ("keys in keys", string.Concat(Enumerable.Repeat("? ", many)));
        yield return ("dashes", string.Concat(Enumerable.Repeat("- ", many)));
        yield return ("stairs", string.Concat(Enumerable.Range(0, 1000).Select(i => new string(' ', i) + "a:\n")));
        yield return ("huge text", "name: " + new string('x', 1_000_000));
        yield return ("huge quoted text", "name: \"" + new string('x', 1_000_000) + "\"");
        yield return ("huge open quote", "name: '" + new string('x', 1_000_000));
        yield return ("huge number", "seed: " + new string('9', 1_000_000));
        yield return ("huge key", new string('k', 1_000_000) + ": 1");
        yield return ("huge explicit key", "? " + new string('k', 1_000_000) + "\n: 1");
        yield return ("folded lines", "name: >\n" + string.Concat(Enumerable.Repeat("  x\n", many)));
        yield return ("empty lines", "name: x" + new string('\n', 1_000_000));
        yield return ("spaces", new string(' ', 1_000_000) + "a: 1");
        yield return ("comment", "#" + new string('#', 1_000_000));
        yield return ("many comments", string.Concat(Enumerable.Repeat("#\n", many)));
        yield return ("many documents", string.Concat(Enumerable.Repeat("---\n", many)));
        yield return (
            "many unknown keys",
            string.Concat(Enumerable.Range(0, many / 2).Select(i => string.Create(CultureInfo.InvariantCulture, $"key{i}: 1\n")))
        );
        yield return ("many equal keys", string.Concat(Enumerable.Repeat("name: x\n", many)));
        yield return ("many wrong items", "simulations: {budgets: [" + string.Concat(Enumerable.Repeat("x, ", many)) + "]}");
        yield return ("many directives", string.Concat(Enumerable.Repeat("%X y\n", many)) + "---\na: 1");
        yield return ("many tags", string.Concat(Enumerable.Range(0, 10_000).Select(i => $"%TAG !t{i}! tag:x\n")) + "---\na: 1");
        yield return ("colons", new string(':', many));
        yield return ("commas", "[" + new string(',', many) + "]");
        yield return ("backtracking name", "name: " + new string('a', 50_000) + "!");
    }
}
