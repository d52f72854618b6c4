using System.IO.Compression;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>The file of a results folder with every number: measurements.csv, or measurements.csv.gz where that would be large.</summary>
public static class MeasurementFile
{
    /// <summary>Name of the plain file.</summary>
    public const string Name = "measurements.csv";

    /// <summary>Name of the file with the same text, compressed.</summary>
    public const string CompressedName = Name + Compressed;

    /// <summary>The largest plain file, in bytes (1 MiB): results are committed, and git keeps every version of a file.</summary>
    public const int MostPlainBytes = 1 << 20;

    // How the name of a compressed file ends.
    private const string Compressed = ".gz";

    // Byte 9 of a gzip header names the system that wrote it (RFC 1952); 255 is "unknown".
    private const int SystemByte = 9;

    /// <summary>The measurements in a results folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The file's path, or null when there is none. Of two, which only a report that was cut off leaves, the newer one.</returns>
    public static string? Find(string folder) => new[] { Name, CompressedName }
        .Select(name => Path.Combine(folder, name)).Where(File.Exists).MaxBy(File.GetLastWriteTimeUtc);

    /// <summary>Writes a table into a folder, compressed when it has more than <see cref="MostPlainBytes"/>; the other form goes.</summary>
    /// <param name="table">The table.</param>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(MeasurementTable table, string folder)
    {
        byte[] text = MeasurementCsv.Text(table);
        bool large = text.Length > MostPlainBytes;
        FileSizeLimit.WriteBytes(Path.Combine(folder, large ? CompressedName : Name), large ? Pack(text) : text);
        HeldFiles.Delete(Path.Combine(folder, large ? Name : CompressedName));
    }

    /// <summary>The text of a file of measurements.</summary>
    /// <param name="path">The file, compressed when its name says so.</param>
    /// <returns>UTF-8.</returns>
    /// <exception cref="MalformedTableException">A compressed file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static byte[] ReadText(string path)
    {
        if (!path.EndsWith(Compressed, StringComparison.Ordinal))
        {
            return File.ReadAllBytes(path);
        }

        try
        {
            using var unpacked = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var text = new MemoryStream();
            unpacked.CopyTo(text);
            return text.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new MalformedTableException(path, 1, null, $"it cannot be decompressed ({e.Message})");
        }
    }

    // The same bytes for the same text: no name, no time (.NET writes neither), no system.
    private static byte[] Pack(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(text);
        }

        byte[] file = packed.ToArray();
        file[SystemByte] = 255;
        return file;
    }
}
