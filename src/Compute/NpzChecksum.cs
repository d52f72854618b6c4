using System.Buffers.Binary;

namespace Reproduce.Compute;

/// <summary>The CRC-32 of zip archives (reflected polynomial 0xEDB88320), eight bytes at a time.</summary>
internal static class NpzChecksum
{
    private static readonly uint[] s_tables = MakeTables();

    /// <summary>The checksum of some bytes that follow others.</summary>
    /// <param name="crc">The checksum of the bytes before; 0 at the beginning.</param>
    /// <param name="data">The bytes.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint[] t = s_tables;
        crc = ~crc;
        for (; data.Length >= 8; data = data[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[0x700 + (low & 0xFF)] ^ t[0x600 + ((low >> 8) & 0xFF)] ^ t[0x500 + ((low >> 16) & 0xFF)] ^ t[0x400 + (low >> 24)]
                ^ t[0x300 + (high & 0xFF)] ^ t[0x200 + ((high >> 8) & 0xFF)] ^ t[0x100 + ((high >> 16) & 0xFF)] ^ t[high >> 24];
        }

        foreach (byte b in data)
        {
            crc = t[(crc ^ b) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    // Table k (entries 256 k ...) advances a byte by k further zero bytes.
    private static uint[] MakeTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int bit = 0; bit < 8; bit++)
            {
                c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            }

            tables[i] = c;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint before = tables[i - 256];
            tables[i] = tables[before & 0xFF] ^ (before >> 8);
        }

        return tables;
    }
}
