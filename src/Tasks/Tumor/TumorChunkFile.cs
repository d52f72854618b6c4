using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Reproduce.Compute;
using Reproduce.Files;

namespace Reproduce.Tasks.Tumor;

/// <summary>What reading a chunk's file found.</summary>
internal enum ChunkState
{
    /// <summary>There is no such file, or it is damaged: the chunk has to be simulated.</summary>
    Missing,

    /// <summary>The rows were read.</summary>
    Complete,

    /// <summary>The file is whole, and holds simulations of other parameters, another seed or another version of the simulator.</summary>
    Foreign,
}

/// <summary>
/// One file of finished simulations: identity (SHA-256 of what determines the rows), rows as little-endian float32, SHA-256 of both.
/// </summary>
internal static class TumorChunkFile
{
    // To be raised with every change of the simulator that changes its numbers, so that old files are not taken for new results.
    private const int SimulatorVersion = 1;

    /// <summary>The name of the file of simulations first .. first + count - 1.</summary>
    public static string PathOf(string folder, int first, int count) =>
        Path.Combine(folder, $"simulations-{first:D7}-{first + count - 1:D7}.bin");

    /// <summary>Everything that determines the rows of a chunk, hashed.</summary>
    /// <param name="key">Stream of the batch.</param>
    /// <param name="first">Index of the chunk's first simulation.</param>
    /// <param name="parameters">The chunk's parameters.</param>
    /// <param name="bins">Number of radial bins.</param>
    public static byte[] Identity(RandomKey key, int first, ReadOnlySpan<TumorParameters> parameters, int bins)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = new byte[24];
        BinaryPrimitives.WriteInt32LittleEndian(head, SimulatorVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(4), key.Value);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), first);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), parameters.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(20), bins);
        hash.AppendData(head);
        hash.AppendData(MemoryMarshal.AsBytes(parameters)); // Seven doubles each, no padding.
        return hash.GetHashAndReset();
    }

    /// <summary>Reads a chunk's rows.</summary>
    public static ChunkState Read(string path, byte[] identity, Span<float> rows)
    {
        if (!File.Exists(path))
        {
            return ChunkState.Missing;
        }

        byte[] file = File.ReadAllBytes(path);
        int body = file.Length - SHA256.HashSizeInBytes;
        if (body < SHA256.HashSizeInBytes || !SHA256.HashData(file.AsSpan(0, body)).AsSpan().SequenceEqual(file.AsSpan(body)))
        {
            return ChunkState.Missing;
        }

        if (!file.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(identity) || body - SHA256.HashSizeInBytes != rows.Length * sizeof(float))
        {
            return ChunkState.Foreign;
        }

        MemoryMarshal.Cast<byte, float>(file.AsSpan(SHA256.HashSizeInBytes, rows.Length * sizeof(float))).CopyTo(rows);
        return ChunkState.Complete;
    }

    /// <summary>Writes a chunk whole or not at all.</summary>
    public static void Write(string path, byte[] identity, ReadOnlySpan<float> rows)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(rows);
        byte[] file = new byte[identity.Length + bytes.Length + SHA256.HashSizeInBytes];
        identity.CopyTo(file, 0);
        bytes.CopyTo(file.AsSpan(identity.Length));
        int body = file.Length - SHA256.HashSizeInBytes;
        SHA256.HashData(file.AsSpan(0, body), file.AsSpan(body));
        WholeFile.WriteBytes(path, file);
    }
}
