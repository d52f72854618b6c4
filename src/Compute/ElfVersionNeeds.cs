using System.Buffers.Binary;
using System.Text;

namespace Reproduce.Compute;

/// <summary>Reads and edits the symbol-version requirements (section SHT_GNU_verneed) of a little-endian 64-bit ELF image.</summary>
public static class ElfVersionNeeds
{
    private const uint SectionVersionNeed = 0x6FFFFFFE;
    private const ushort FlagWeak = 2;

    /// <summary>Marks every requirement of <paramref name="version"/> as weak, so that its absence no longer prevents loading.</summary>
    /// <param name="image">The whole file; edited in place.</param>
    /// <param name="version">A version name such as GLIBCXX_3.4.32.</param>
    /// <returns>True when at least one requirement was changed.</returns>
    /// <exception cref="InvalidDataException">The image is not a 64-bit little-endian ELF file, or its tables leave the file.</exception>
    public static bool Weaken(byte[] image, string version)
    {
        ArgumentNullException.ThrowIfNull(image);
        try
        {
            return WeakenChecked(image, version);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF image ends inside one of its own tables.", e);
        }
    }

    private static bool WeakenChecked(byte[] image, string version)
    {
        if (image.Length < 64 || !image.AsSpan(0, 6).SequenceEqual<byte>([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("Expected a 64-bit little-endian ELF image.");
        }

        long sections = Word64(image, 0x28);
        int entrySize = Word16(image, 0x3A);
        int count = Word16(image, 0x3C);
        bool changed = false;
        for (int i = 0; i < count; i++)
        {
            long section = sections + (long)i * entrySize;
            if (Word32(image, section + 4) != SectionVersionNeed)
            {
                continue;
            }

            long table = Word64(image, section + 0x18);
            long end = table + Word64(image, section + 0x20);
            long strings = Word64(image, sections + (long)Word32(image, section + 0x28) * entrySize + 0x18);
            changed |= WeakenTable(image, table, end, strings, version);
        }

        return changed;
    }

    private static bool WeakenTable(byte[] image, long need, long end, long strings, string version)
    {
        bool changed = false;
        while (need < end)
        {
            long auxiliary = need + Word32(image, need + 8);
            for (int k = Word16(image, need + 2); k > 0; k--)
            {
                ushort flags = Word16(image, auxiliary + 4);
                if ((flags & FlagWeak) == 0 && NameAt(image, strings + Word32(image, auxiliary + 8)) == version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan((int)auxiliary + 4, 2), (ushort)(flags | FlagWeak));
                    changed = true;
                }

                auxiliary += Word32(image, auxiliary + 12);
            }

            uint next = Word32(image, need + 12);
            if (next == 0)
            {
                break;
            }

            need += next;
        }

        return changed;
    }

    private static string NameAt(byte[] image, long at)
    {
        ReadOnlySpan<byte> rest = image.AsSpan(checked((int)at));
        int length = rest.IndexOf((byte)0);
        return Encoding.ASCII.GetString(length < 0 ? rest : rest[..length]);
    }

    private static ushort Word16(byte[] image, long at) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(checked((int)at), 2));

    private static uint Word32(byte[] image, long at) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(checked((int)at), 4));

    private static long Word64(byte[] image, long at) => BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(checked((int)at), 8));
}
