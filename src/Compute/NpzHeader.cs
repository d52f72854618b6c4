using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// The header of one array in NumPy's .npy format: a magic word, a version, and a Python dictionary that gives the type, the order
/// and the shape.
/// </summary>
/// <remarks>Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.</remarks>
/// <param name="Type">Element type.</param>
/// <param name="Swapped">True when the elements are big-endian.</param>
/// <param name="Fortran">True when the first axis varies fastest.</param>
/// <param name="Shape">Lengths of the axes.</param>
internal sealed record NpzHeader(ScalarType Type, bool Swapped, bool Fortran, long[] Shape)
{
    /// <summary>Length of the magic word, the version and the longest field that gives the dictionary's length.</summary>
    public const int PreambleLength = 12;

    /// <summary>How every array begins.</summary>
    public const byte FirstByte = 0x93;

    private const int LongestDictionary = 1 << 16;
    private const int MostAxes = 64; // NumPy's own limit
    private static ReadOnlySpan<byte> Magic => [FirstByte, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static readonly (string Code, ScalarType Type)[] s_types =
    [
        ("f4", ScalarType.Float32), ("f8", ScalarType.Float64), ("i8", ScalarType.Int64), ("i4", ScalarType.Int32),
        ("u1", ScalarType.Byte), ("b1", ScalarType.Bool),
    ];

    /// <summary>Bytes per element.</summary>
    public int ItemSize => s_types.First(t => t.Type == Type).Code[1] - '0';

    /// <summary>Bytes of all elements.</summary>
    /// <exception cref="InvalidDataException">More than a 64-bit number can say.</exception>
    public long DataLength
    {
        get
        {
            try
            {
                // Empty axes count as one, too: libtorch multiplies the lengths in that way to get its strides.
                long size = Shape.Aggregate((long)ItemSize, (n, axis) => checked(n * Math.Max(axis, 1)));
                return Shape.Contains(0) ? 0 : size;
            }
            catch (OverflowException)
            {
                throw new InvalidDataException($"the shape ({string.Join(", ", Shape)}) is impossibly large");
            }
        }
    }

    /// <summary>The bytes of a header for C order and little endian, padded so that the data begin at a multiple of 64.</summary>
    /// <exception cref="ArgumentException">The element type has no counterpart here.</exception>
    public static byte[] Write(ScalarType type, ReadOnlySpan<long> shape)
    {
        string code = s_types.FirstOrDefault(t => t.Type == type).Code
            ?? throw new ArgumentException($"element type {type}: expected one of {string.Join(", ", s_types.Select(t => t.Type))}");
        string tuple = shape.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"({shape[0]},)")
            : $"({string.Join(", ", shape.ToArray())})";
        string text = $"{{'descr': '{(code[1] == '1' ? '|' : '<')}{code}', 'fortran_order': False, 'shape': {tuple}, }}";
        int length = (10 + text.Length + 1 + 63) / 64 * 64;
        byte[] header = new byte[length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - 10));
        header.AsSpan(10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>Length of the dictionary that follows, and where it begins.</summary>
    /// <param name="preamble">The first <see cref="PreambleLength"/> bytes, or fewer in version 1.0's smallest file.</param>
    public static (int Start, int Length) Measure(ReadOnlySpan<byte> preamble)
    {
        if (preamble.Length < PreambleLength || !preamble.StartsWith(Magic))
        {
            throw new InvalidDataException("it is not an array in NumPy's .npy format");
        }

        (int start, long length) = preamble[6] switch
        {
            1 => (10, BinaryPrimitives.ReadUInt16LittleEndian(preamble[8..])),
            2 or 3 => (12, BinaryPrimitives.ReadUInt32LittleEndian(preamble[8..])),
            _ => throw new InvalidDataException($".npy version {preamble[6]}.{preamble[7]} is unknown; expected 1.0, 2.0 or 3.0"),
        };
        return length is > 1 and <= LongestDictionary
            ? (start, (int)length)
            : throw new InvalidDataException($"its header claims a length of {length}; expected 2 to {LongestDictionary}");
    }

    /// <summary>Reads the dictionary.</summary>
    /// <param name="dictionary">Its bytes.</param>
    public static NpzHeader Parse(ReadOnlySpan<byte> dictionary)
    {
        string text = Encoding.Latin1.GetString(dictionary);
        string[] tokens = [.. Tokens(text)];
        string? descr = null, order = null;
        long[]? shape = null;
        int at = Expect(tokens, 0, "{", text);
        while (at < tokens.Length && tokens[at] != "}")
        {
            string key = tokens[at];
            at = Expect(tokens, at + 1, ":", text);
            switch (key)
            {
                case "'descr'" when descr is null:
                    descr = at < tokens.Length ? tokens[at++] : null;
                    break;
                case "'fortran_order'" when order is null:
                    order = at < tokens.Length ? tokens[at++] : null;
                    break;
                case "'shape'" when shape is null:
                    (shape, at) = Axes(tokens, at, text);
                    break;
                default:
                    throw Unreadable(text);
            }

            at = at < tokens.Length && tokens[at] == "," ? at + 1 : at;
        }

        if (Expect(tokens, at, "}", text) != tokens.Length || descr is null || shape is null || order is not ("True" or "False"))
        {
            throw Unreadable(text);
        }

        string code = descr.Trim('\'');
        foreach ((string known, ScalarType type) in s_types)
        {
            bool orderKnown = code.Length == 3 && (code[0] is '<' or '>' or '=' || (code[0] == '|' && known[1] == '1'));
            if (orderKnown && code.AsSpan(1).SequenceEqual(known))
            {
                return new NpzHeader(type, code[0] == '>' && known[1] != '1', order == "True", shape);
            }
        }

        throw new InvalidDataException(
            $"its element type {Shorten(descr)} is not supported; expected one of {string.Join(", ", s_types.Select(t => t.Code))}");
    }

    private static (long[] Shape, int At) Axes(string[] tokens, int at, string text)
    {
        List<long> shape = [];
        at = Expect(tokens, at, "(", text);
        while (at < tokens.Length && tokens[at] != ")")
        {
            // NumPy for Python 2 wrote long integers, with a suffix.
            if (shape.Count == MostAxes ||
                !long.TryParse(tokens[at].TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out long axis))
            {
                throw Unreadable(text);
            }

            shape.Add(axis);
            at++;
            at = at < tokens.Length && tokens[at] == "," ? at + 1 : at;
        }

        return ([.. shape], Expect(tokens, at, ")", text));
    }

    private static IEnumerable<string> Tokens(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            char c = text[i++];
            if (c is ' ' or '\n' or '\t' or '\r')
            {
                continue;
            }

            if (c is '\'' or '"')
            {
                int end = text.IndexOf(c, i);
                i = end < 0 ? text.Length : end + 1;
                yield return $"'{text[(start + 1)..(end < 0 ? i : end)]}'";
                continue;
            }

            while (char.IsAsciiLetterOrDigit(c) && i < text.Length && char.IsAsciiLetterOrDigit(text[i]))
            {
                i++;
            }

            yield return text[start..i];
        }
    }

    private static int Expect(string[] tokens, int at, string token, string text) =>
        at < tokens.Length && tokens[at] == token ? at + 1 : throw Unreadable(text);

    private static InvalidDataException Unreadable(string text) => new($"its header cannot be read: {Shorten(text)}");

    private static string Shorten(string text)
    {
        string clean = new([.. text.Trim().Select(c => c is >= ' ' and <= '~' ? c : '?')]);
        return clean.Length <= 120 ? clean : clean[..120] + "...";
    }
}
