namespace Reproduce.Tests.Faults;

/// <summary>Makes damaged files out of good ones, always the same ones for a seed.</summary>
internal static class ByteDamage
{
    /// <summary>One flipped bit or a cut end; never the file itself.</summary>
    public static byte[] FlipOrTruncate(byte[] original, Random random)
    {
        if (original.Length > 1 && random.Next(4) == 0)
        {
            return original[..random.Next(original.Length)];
        }

        byte[] bytes = [.. original];
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    /// <summary>A few changes of all kinds, many of them in the last part, where a zip archive keeps its sizes.</summary>
    public static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = random.Next(3) == 0 ? Math.Max(0, bytes.Count - 1 - random.Next(400)) : random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = random.GetItems<byte>([0, 1, 0x7F, 0x80, 0xFF, (byte)'9', (byte)'-'], 1)[0];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
