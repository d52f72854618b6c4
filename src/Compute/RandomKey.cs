using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reproduce.Kernels;

namespace Reproduce.Compute;

/// <summary>
/// The name of a stream of random numbers: 64 bits derived from a master seed and a path of names and indices.
/// </summary>
/// <remarks>
/// Keys are values, not generators: a stream for step 17 of a training is asked for by its name, so nothing has to be stored to
/// resume, and no draw depends on how many draws were made elsewhere. Adding a contender changes no other contender's numbers.
/// </remarks>
/// <param name="Value">The 64 bits.</param>
public readonly record struct RandomKey(ulong Value)
{
    /// <summary>The root of all streams of a run.</summary>
    /// <param name="seed">The master seed.</param>
    public static RandomKey FromSeed(long seed) => new RandomKey(unchecked((ulong)seed)).Child("root");

    /// <summary>The stream of a named use below this one, through SHA-256 of this key and the name.</summary>
    /// <param name="name">A role such as "train" or "dropout".</param>
    public RandomKey Child(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        byte[] input = new byte[8 + text.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(input, Value);
        text.CopyTo(input, 8);
        return new RandomKey(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(input)));
    }

    /// <summary>The stream of one index (a step, an epoch, a data set) below this one; cheap enough for every training step.</summary>
    /// <param name="index">Any number.</param>
    public RandomKey Child(long index) =>
        // The odd places of a stream: distinct indices give distinct, unrelated keys.
        new(SplitMix64.BitsAt(Value, unchecked(((ulong)index << 1) | 1UL)));
}
