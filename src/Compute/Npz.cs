using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Reproduce.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// Named tensors in one file, in NumPy's .npz format: a zip archive of uncompressed entries `name.npy` (version 1.0, C order, little
/// endian). Python opens it with <c>numpy.load(path)["name"]</c>.
/// </summary>
/// <remarks>
/// Element types: float32, float64, int64, int32, uint8 and bool. The same tensors give the same bytes. Files from elsewhere are not
/// trusted: sizes are checked against the file's own before memory is taken, every entry's CRC-32 is verified, and nothing in a file
/// is ever run (NumPy's object arrays are refused).
/// </remarks>
public static class Npz
{
    private const string Extension = ".npy";
    private const int Chunk = 1 << 20;

    // A file may unpack to so many times its size (numpy.savez_compressed is read, too) and no more.
    private const long LargestExpansion = 16;
    private const long Allowance = 1 << 16;

    // A plain file that all may read, as Unix writes it.
    private const int FileAttributes = unchecked((int)0x81A40000);

    // The earliest time that a zip archive can say: the same tensors give the same bytes.
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes tensors to a file: whole or not at all, replacing an existing one.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="arrays">Tensors by name, of any device and layout. They are written in ordinal order of the names.</param>
    /// <exception cref="ArgumentException">A name or an element type that the format does not hold.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> arrays)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(arrays);
        WholeFile.Write(path, beside => WriteArchive(beside, arrays));
    }

    /// <summary>Reads all tensors of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>CPU tensors by name. As with any new tensor, they belong to the caller's dispose scope if there is one.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, claims what it cannot hold, or has an element type unknown here.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        Dictionary<string, Tensor> arrays = new(StringComparer.Ordinal);
        string entryName = "";
        try
        {
            using ZipArchive zip = new(file, ZipArchiveMode.Read);
            long budget = checked(file.Length * LargestExpansion + Allowance);
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                entryName = entry.FullName;
                CheckSize(entry, budget, file.Length);
                budget -= entry.Length;
                (string name, Tensor tensor) = ReadEntry(entry);
                if (!arrays.TryAdd(name, tensor))
                {
                    tensor.Dispose();
                    throw new InvalidDataException("there are two entries of this name");
                }
            }

            return arrays;
        }
        catch (Exception e) when (IsDamage(e))
        {
            Release(arrays);
            string where = entryName.Length == 0 ? "" : $", entry '{Printable(entryName)}'";
            throw new InvalidDataException($"{path}{where}: {e.Message}", e);
        }
        catch
        {
            Release(arrays);
            throw;
        }
    }

    /// <summary>Reads a file whose arrays are all of float64.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The numbers of each array by its name; none of an empty one, which has no storage to look at.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Dictionary<string, double[]> ReadDoubles(string path)
    {
        using IDisposable scope = NewDisposeScope();
        return Read(path).ToDictionary(p => p.Key, p => p.Value.numel() == 0 ? [] : p.Value.data<double>().ToArray());
    }

    /// <summary>
    /// Reads one array of a .npz file and leaves the others alone, or the only one of a bare .npy file, whatever the file is called.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The array's name; of no account for a .npy file.</param>
    /// <returns>A CPU tensor; it belongs to the caller's dispose scope if there is one.</returns>
    /// <exception cref="InvalidDataException">The file is no such file, is damaged, or lacks the array.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Tensor ReadArray(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder; expected a .npz or .npy file");
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        byte[] start = new byte[2];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        try
        {
            return start switch
            {
                [NpzHeader.FirstByte, _] => ReadStream(file, file.Length, new Crc32()),
                [(byte)'P', (byte)'K'] => ReadNamed(file, name),
                _ => throw new InvalidDataException(
                    read == 0 ? "the file is empty; expected a .npz or .npy file" : "it is neither a .npz nor a .npy file"),
            };
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static Tensor ReadNamed(FileStream file, string name)
    {
        using ZipArchive zip = new(file, ZipArchiveMode.Read);
        ZipArchiveEntry[] entries = [.. zip.Entries.Where(e => e.FullName == name + Extension)];
        if (entries.Length != 1)
        {
            IEnumerable<string> names = zip.Entries.Select(e => Printable(Path.GetFileNameWithoutExtension(e.FullName)));
            string found = string.Join(", ", names.Order(StringComparer.Ordinal).Take(20));
            throw new InvalidDataException(
                entries.Length > 1 ? $"there are two arrays '{name}'" : $"expected an array '{name}', found: {found}");
        }

        CheckSize(entries[0], file.Length * LargestExpansion + Allowance, file.Length);
        return ReadEntry(entries[0]).Tensor;
    }

    // The zip reader answers damage with several kinds of exception; a caller should see one.
    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException
        or NotSupportedException or ExternalException or IndexOutOfRangeException;

    private static void CheckSize(ZipArchiveEntry entry, long budget, long length)
    {
        if (entry.Length < 0 || entry.Length > budget)
        {
            throw new InvalidDataException(
                $"it claims to unpack to more than {LargestExpansion} times the file's {length} bytes; write it with numpy.savez");
        }
    }

    private static void WriteArchive(string path, IReadOnlyDictionary<string, Tensor> arrays)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        using (ZipArchive zip = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, Tensor tensor) in arrays.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                WriteEntry(zip, name, tensor);
            }
        }

        ZipSystem.Unify(file);
        file.Flush(flushToDisk: true);
    }

    private static void WriteEntry(ZipArchive zip, string name, Tensor tensor)
    {
        if (name.Length == 0 || name.Any(c => c is '/' or '\\' or ':' || char.IsControl(c)))
        {
            throw new ArgumentException($"array name '{Printable(name)}': expected a name without slashes, colons and control characters.");
        }

        using DisposeScope scope = NewDisposeScope();
        byte[] header;
        try
        {
            header = NpzHeader.Write(tensor.dtype, tensor.shape);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"array '{name}': {e.Message}", e);
        }

        ZipArchiveEntry entry = zip.CreateEntry(name + Extension, CompressionLevel.NoCompression);
        entry.LastWriteTime = s_time;
        entry.ExternalAttributes = FileAttributes;
        using Stream stream = entry.Open();
        stream.Write(header);
        if (tensor.numel() > 0)
        {
            Tensor flat = tensor.detach().cpu().contiguous();
            stream.Write(flat.bytes);
        }
    }

    private static (string Name, Tensor Tensor) ReadEntry(ZipArchiveEntry entry)
    {
        if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"expected the name of an array, ending in {Extension}");
        }

        Crc32 crc = new();
        using Stream stream = entry.Open();
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = ReadStream(stream, entry.Length, crc);
        uint found = crc.GetCurrentHashAsUInt32();
        if (found != entry.Crc32)
        {
            throw new InvalidDataException($"the data are damaged (CRC-32 {found:X8}, recorded {entry.Crc32:X8})");
        }

        return (entry.FullName[..^Extension.Length], tensor.MoveToOuterDisposeScope());
    }

    // An array in the .npy format that fills a stream.
    private static Tensor ReadStream(Stream stream, long streamLength, Crc32 crc)
    {
        byte[] preamble = new byte[NpzHeader.PreambleLength];
        Fill(stream, preamble, crc);
        (int start, int length) = NpzHeader.Measure(preamble);
        byte[] dictionary = new byte[length];
        preamble.AsSpan(start).CopyTo(dictionary);
        Fill(stream, dictionary.AsSpan(preamble.Length - start), crc);
        NpzHeader header = NpzHeader.Parse(dictionary);
        long data = header.DataLength;
        if (start + length + data != streamLength)
        {
            throw new InvalidDataException(
                $"the shape ({string.Join(", ", header.Shape)}) needs {data} bytes of data, there are {streamLength - start - length}");
        }

        if (data > int.MaxValue)
        {
            throw new InvalidDataException($"an array of {data} bytes; at most {int.MaxValue} are supported");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = ReadData(stream, header, (int)data, crc);
        if (stream.ReadByte() >= 0)
        {
            throw new InvalidDataException("there are more data than the entry's length says");
        }

        return tensor.MoveToOuterDisposeScope();
    }

    private static Tensor ReadData(Stream stream, NpzHeader header, int length, Crc32 crc)
    {
        long[] stored = header.Fortran ? [.. header.Shape.Reverse()] : header.Shape;
        Tensor tensor = empty(stored, dtype: header.Type, device: CPU);
        if (length > 0)
        {
            Span<byte> bytes = tensor.bytes;
            Fill(stream, bytes, crc);
            if (header.Type == ScalarType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
            {
                throw new InvalidDataException("a bool array holds values other than 0 and 1");
            }

            if (header.Swapped)
            {
                Swap(bytes, header.ItemSize);
            }
        }

        long[] reversed = [.. Enumerable.Range(0, stored.Length).Reverse().Select(i => (long)i)];
        return header.Fortran ? tensor.permute(reversed).contiguous() : tensor;
    }

    private static void Fill(Stream stream, Span<byte> target, Crc32 crc)
    {
        for (; target.Length > 0; target = target[Math.Min(Chunk, target.Length)..])
        {
            Span<byte> part = target[..Math.Min(Chunk, target.Length)];
            stream.ReadExactly(part);
            crc.Append(part);
        }
    }

    private static void Swap(Span<byte> bytes, int itemSize)
    {
        if (itemSize == 4)
        {
            Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
        else
        {
            Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }

    private static void Release(Dictionary<string, Tensor> arrays)
    {
        foreach (Tensor tensor in arrays.Values)
        {
            tensor.Dispose();
        }
    }

    private static string Printable(string name)
    {
        string clean = new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
        return name.Length > 80 ? clean + "..." : clean;
    }
}
