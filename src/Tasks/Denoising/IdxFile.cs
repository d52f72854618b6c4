using System.Buffers.Binary;
using System.IO.Compression;

namespace Reproduce.Tasks.Denoising;

/// <summary>
/// An array of unsigned bytes in the IDX format of the MNIST files, plain or compressed with gzip.
/// </summary>
/// <remarks>
/// The format: two zero bytes, the element type (8: unsigned byte), the number of axes, each axis as a big-endian 32-bit number, then
/// the elements in row-major order and nothing else. Files are not trusted: the header is compared with what the file can hold before
/// anything is allocated, and memory then grows with the bytes that were really read.
/// </remarks>
public sealed class IdxFile
{
    // One more than any array here needs; 2 GiB is the limit of a .NET array anyway.
    private const int MostAxes = 4;
    private const byte UnsignedByte = 8;

    // Deflate cannot compress better than this.
    private const long LargestCompression = 1032;
    private const int FirstBlock = 1 << 16;

    private IdxFile(long[] shape, byte[] values)
    {
        Shape = shape;
        Values = values;
    }

    /// <summary>Length of each axis.</summary>
    public long[] Shape { get; }

    /// <summary>The elements in row-major order.</summary>
    public byte[] Values { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; compression is recognised by its first bytes.</param>
    /// <param name="expectedShape">The only accepted shape; null for any.</param>
    /// <exception cref="InvalidDataException">The file is damaged or holds something else; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IdxFile Read(string path, long[]? expectedShape = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = File.OpenRead(path);
        try
        {
            bool compressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            file.Position = 0;
            if (!compressed)
            {
                return ReadContent(file, file.Length, expectedShape);
            }

            long largest = file.Length > long.MaxValue / LargestCompression ? long.MaxValue : file.Length * LargestCompression;
            uint stated = StatedLength(file);
            using GZipStream content = new(file, CompressionMode.Decompress, leaveOpen: true);
            IdxFile result = ReadContent(content, largest, expectedShape);

            // Bytes behind the compressed data are skipped silently by the decoder: the archive's last word must be the content's length.
            long length = 4 + 4 * result.Shape.Length + result.Values.LongLength;
            return stated == unchecked((uint)length)
                ? result
                : throw new InvalidDataException(
                    $"the gzip archive states {stated} bytes of content and holds {length}, or something follows it"
                );
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static uint StatedLength(FileStream file)
    {
        Span<byte> last = stackalloc byte[4];
        if (file.Length < 18)
        {
            throw new InvalidDataException($"expected a gzip archive, got {file.Length} bytes");
        }

        file.Position = file.Length - 4;
        file.ReadExactly(last);
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(last);
    }

    private static IdxFile ReadContent(Stream content, long largest, long[]? expectedShape)
    {
        long[] shape = ReadHeader(content);
        if (expectedShape is not null && !shape.SequenceEqual(expectedShape))
        {
            throw new InvalidDataException($"expected the shape [{string.Join(", ", expectedShape)}], got [{string.Join(", ", shape)}]");
        }

        long limit = Math.Min(largest, Array.MaxLength);
        long size = 1;
        foreach (long length in shape)
        {
            // Both factors are below 2^32 and the product so far below 2^31: no overflow.
            size *= length;
            if (size > limit)
            {
                throw new InvalidDataException(
                    $"the header promises [{string.Join(", ", shape)}] bytes, more than a file of this size can hold; the file is "
                        + $"truncated or damaged"
                );
            }
        }

        byte[] values = ReadValues(content, (int)size);
        return content.ReadByte() < 0
            ? new IdxFile(shape, values)
            : throw new InvalidDataException($"more than the {size} bytes that the header promises");
    }

    private static long[] ReadHeader(Stream content)
    {
        Span<byte> word = stackalloc byte[4];
        ReadWord(content, word);
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedByte || word[3] is 0 or > MostAxes)
        {
            throw new InvalidDataException(
                $"expected the magic number 00 00 08 and 1 to {MostAxes} axes of an IDX file of bytes, got {Convert.ToHexString(word)}");
        }

        long[] shape = new long[word[3]];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            ReadWord(content, word);
            shape[axis] = BinaryPrimitives.ReadUInt32BigEndian(word);
        }

        return shape;
    }

    private static void ReadWord(Stream content, Span<byte> word)
    {
        if (content.ReadAtLeast(word, word.Length, throwOnEndOfStream: false) < word.Length)
        {
            throw new InvalidDataException("truncated inside its header");
        }
    }

    private static byte[] ReadValues(Stream content, int size)
    {
        byte[] values = new byte[Math.Min(size, FirstBlock)];
        int read = 0;
        while (read < size)
        {
            if (read == values.Length)
            {
                Array.Resize(ref values, (int)Math.Min(size, 2L * values.Length));
            }

            int more = content.Read(values, read, values.Length - read);
            if (more == 0)
            {
                throw new InvalidDataException($"truncated: the header promises {size} bytes, {read} follow");
            }

            read += more;
        }

        return values;
    }
}
