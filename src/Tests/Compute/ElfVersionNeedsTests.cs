using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Reproduce.Compute;

namespace Reproduce.Tests.Compute;

/// <summary>A tiny image: header, a string table, one table of version needs (two libraries, three versions), section headers.</summary>
public sealed class ElfVersionNeedsTests
{
    private const int Strings = 64, Needs = 160, Sections = 256, SectionSize = 64;
    private const string Names = "\0libstdc++.so.6\0GLIBCXX_3.4.32\0GLIBCXX_3.4.11\0libc.so.6\0GLIBC_2.34\0";

    private static byte[] Image()
    {
        byte[] image = new byte[Sections + 3 * SectionSize];
        ((byte[])[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(image, 0);
        Put64(image, 0x28, Sections);
        Put16(image, 0x3A, SectionSize);
        Put16(image, 0x3C, 3);
        Encoding.ASCII.GetBytes(Names).CopyTo(image, Strings);

        // Library 1: two versions (at 16 and 32 from its need); library 2: one.
        Need(image, Needs, count: 2, file: "libstdc++.so.6", next: 48);
        Auxiliary(image, Needs + 16, "GLIBCXX_3.4.11", next: 16);
        Auxiliary(image, Needs + 32, "GLIBCXX_3.4.32", next: 0);
        Need(image, Needs + 48, count: 1, file: "libc.so.6", next: 0);
        Auxiliary(image, Needs + 64, "GLIBC_2.34", next: 0);

        Section(image, 1, type: 3, Strings, Names.Length, link: 0); // SHT_STRTAB
        Section(image, 2, type: 0x6FFFFFFE, Needs, 80, link: 1); // SHT_GNU_verneed
        return image;
    }

    private static void Need(byte[] image, int at, ushort count, string file, uint next)
    {
        Put16(image, at, 1);
        Put16(image, at + 2, count);
        Put32(image, at + 4, NameAt(file));
        Put32(image, at + 8, 16);
        Put32(image, at + 12, next);
    }

    private static void Auxiliary(byte[] image, int at, string version, uint next)
    {
        Put32(image, at + 8, NameAt(version));
        Put32(image, at + 12, next);
    }

    private static void Section(byte[] image, int index, uint type, long offset, long size, uint link)
    {
        int at = Sections + index * SectionSize;
        Put32(image, at + 4, type);
        Put64(image, at + 0x18, offset);
        Put64(image, at + 0x20, size);
        Put32(image, at + 0x28, link);
    }

    private static uint NameAt(string name) => (uint)Names.IndexOf($"\0{name}\0", StringComparison.Ordinal) + 1;

    private static void Put16(byte[] image, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), value);

    private static void Put32(byte[] image, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);

    private static void Put64(byte[] image, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(at), value);

    [TestCase("GLIBCXX_3.4.32", Needs + 32)]
    [TestCase("GLIBCXX_3.4.11", Needs + 16)]
    [TestCase("GLIBC_2.34", Needs + 64)]
    public void OnlyTheFlagOfTheNamedVersionChanges(string version, int auxiliary)
    {
        byte[] image = Image();
        Assert.That(ElfVersionNeeds.Weaken(image, version), Is.True);
        byte[] expected = Image();
        expected[auxiliary + 4] = 2; // VER_FLG_WEAK
        Assert.That(image, Is.EqualTo(expected));
        Assert.That(ElfVersionNeeds.Weaken(image, version), Is.False, "already weak");
        Assert.That(image, Is.EqualTo(expected));
    }

    [Test]
    public void AbsentVersionChangesNothing([Values("GLIBCXX_3.4.3", "GLIBCXX", "")] string version)
    {
        byte[] image = Image();
        Assert.That(ElfVersionNeeds.Weaken(image, version), Is.False);
        Assert.That(image, Is.EqualTo(Image()));
    }

    [TestCase(0, 0x00, TestName = "NotElf")]
    [TestCase(4, 1, TestName = "Elf32")]
    [TestCase(5, 2, TestName = "BigEndian")]
    public void OtherFilesAreRefused(int at, byte value)
    {
        byte[] image = Image();
        image[at] = value;
        Assert.That(() => ElfVersionNeeds.Weaken(image, "x"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("64-bit little-endian ELF"));
    }

    [Test]
    public void EveryTruncationIsRefused()
    {
        byte[] image = Image();
        for (int length = 0; length < Sections + 2 * SectionSize + 0x2C; length++)
        {
            Assert.That(() => ElfVersionNeeds.Weaken(image[..length], "GLIBC_2.34"),
                Throws.TypeOf<InvalidDataException>(), $"first {length} bytes");
        }
    }

    [TestCase(0x28, long.MaxValue, TestName = "SectionsFarAway")]
    [TestCase(0x28, -1000L, TestName = "SectionsBeforeTheFile")]
    [TestCase(Sections + 2 * SectionSize + 0x18, 1L << 40, TestName = "TableFarAway")]
    [TestCase(Sections + SectionSize + 0x18, long.MinValue, TestName = "StringsBeforeTheFile")]
    public void TablesOutsideTheFileAreRefused(int at, long value)
    {
        byte[] image = Image();
        Put64(image, at, value);
        Assert.That(() => ElfVersionNeeds.Weaken(image, "GLIBC_2.34"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("ends inside"));
    }

    [Test]
    public void MutatedImagesNeverCrash()
    {
        Random random = new(7);
        for (int i = 0; i < 2000; i++)
        {
            byte[] image = Image();
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                image[random.Next(image.Length)] = (byte)random.Next(256);
            }

            Assert.That(() => Attempt(image), Throws.Nothing, $"mutation {i}");
        }
    }

    private static void Attempt(byte[] image)
    {
        try
        {
            ElfVersionNeeds.Weaken(image, "GLIBCXX_3.4.32");
        }
        catch (InvalidDataException)
        {
            // What a damaged image must give.
        }
    }
}
