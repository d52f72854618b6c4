using System.Buffers.Binary;

namespace Reproduce.Compute;

/// <summary>The system that a zip archive says it was written on.</summary>
internal static class ZipSystem
{
    private const byte Unix = 3;
    private const uint EntrySignature = 0x02014b50, EndSignature = 0x06054b50;
    private const int EndLength = 22, EntryLength = 46;

    /// <summary>
    /// Makes every entry of an archive say Unix, so that the same arrays give the same bytes on Windows, too. An archive above 4 GiB,
    /// whose list of entries is found in another way, stays as it is.
    /// </summary>
    /// <param name="archive">An archive without a comment, open for reading and writing.</param>
    public static void Unify(Stream archive)
    {
        byte[] end = new byte[EndLength];
        archive.Position = archive.Length - EndLength;
        archive.ReadExactly(end);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16));
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature || start == uint.MaxValue)
        {
            return;
        }

        byte[] list = new byte[archive.Length - EndLength - start];
        archive.Position = start;
        archive.ReadExactly(list);
        int at = 0;
        while (at + EntryLength <= list.Length && BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(at)) == EntrySignature)
        {
            list[at + 5] = Unix;
            at += EntryLength + Length(28) + Length(30) + Length(32);

            // Of the name, the extra field and the comment.
            int Length(int field) => BinaryPrimitives.ReadUInt16LittleEndian(list.AsSpan(at + field));
        }

        archive.Position = start;
        archive.Write(list);
        archive.Position = archive.Length;
    }
}
