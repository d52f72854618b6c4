using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Reproduce.Kernels;

namespace Reproduce.Inference.Training;

/// <summary>The arithmetic of <see cref="Adam"/> in vector code on memory: each number is read once for the norm and once for the update.</summary>
/// <remarks>libtorch's operations go through all weights a dozen times, which costs more than the gradient of a small network.</remarks>
internal static class VectorAdam
{
    // Summed in single precision this far, then in double precision.
    private const int Chunk = 4096;

    /// <summary>Numbers of one step.</summary>
    /// <param name="GradientFactor">Clipping.</param>
    /// <param name="Beta1">Decay of the first moment.</param>
    /// <param name="Beta2">Decay of the second moment.</param>
    /// <param name="RootFactor">What the root of the second moment is multiplied by, against its bias.</param>
    /// <param name="Epsilon">Added to that root.</param>
    /// <param name="Rate">Learning rate over the first moment's bias.</param>
    /// <param name="Shrink">Decoupled weight decay.</param>
    internal readonly record struct Factors(
        float GradientFactor, float Beta1, float Beta2, float RootFactor, float Epsilon, float Rate, float Shrink);

    /// <summary>Adds the gradient of the L2 penalties and gives the squared norm of the sum.</summary>
    /// <param name="gradient">Gradients, a multiple of 16 numbers.</param>
    /// <param name="values">Weights.</param>
    /// <param name="penalty">Derivative of the penalties per unit of weight; empty for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Penalise(Span<float> gradient, ReadOnlySpan<float> values, ReadOnlySpan<float> penalty)
    {
        ref float g = ref MemoryMarshal.GetReference(gradient), w = ref MemoryMarshal.GetReference(values), p = ref MemoryMarshal.GetReference(penalty);
        double total = 0;
        for (int first = 0; first < gradient.Length; first += Chunk)
        {
            Vector256<float> left = default, right = default;
            int end = Math.Min(first + Chunk, gradient.Length);
            for (int i = first; i < end; i += 16)
            {
                Vector256<float> a = Vector256.LoadUnsafe(ref g, (nuint)i), b = Vector256.LoadUnsafe(ref g, (nuint)i + 8);
                if (!penalty.IsEmpty)
                {
                    a = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref p, (nuint)i), Vector256.LoadUnsafe(ref w, (nuint)i), a);
                    b = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref p, (nuint)i + 8), Vector256.LoadUnsafe(ref w, (nuint)i + 8), b);
                    a.StoreUnsafe(ref g, (nuint)i);
                    b.StoreUnsafe(ref g, (nuint)i + 8);
                }

                left = Vector256.FusedMultiplyAdd(a, a, left);
                right = Vector256.FusedMultiplyAdd(b, b, right);
            }

            total += Vector256.Sum(left + right);
        }

        return total;
    }

    /// <summary>Clips the gradient and updates moments and weights.</summary>
    /// <param name="gradient">Gradients; clipped ones stand there afterwards.</param>
    /// <param name="values">Weights.</param>
    /// <param name="first">First moments.</param>
    /// <param name="second">Second moments.</param>
    /// <param name="factors">The step's numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Update(Span<float> gradient, Span<float> values, Span<float> first, Span<float> second, in Factors factors)
    {
        ref float g = ref MemoryMarshal.GetReference(gradient), w = ref MemoryMarshal.GetReference(values);
        ref float m = ref MemoryMarshal.GetReference(first), v = ref MemoryMarshal.GetReference(second);
        Vector256<float> clip = Vector256.Create(factors.GradientFactor), beta2 = Vector256.Create(factors.Beta2);
        Vector256<float> toFirst = Vector256.Create(1 - factors.Beta1), toSecond = Vector256.Create(1 - factors.Beta2);
        Vector256<float> root = Vector256.Create(factors.RootFactor), epsilon = Vector256.Create(factors.Epsilon);
        Vector256<float> rate = Vector256.Create(-factors.Rate), shrink = Vector256.Create(factors.Shrink);
        for (nuint i = 0; i < (nuint)gradient.Length; i += 8)
        {
            Vector256<float> slope = Vector256.LoadUnsafe(ref g, i) * clip;
            slope.StoreUnsafe(ref g, i);
            Vector256<float> mean = Vector256.LoadUnsafe(ref m, i);
            mean = Vector256.FusedMultiplyAdd(toFirst, slope - mean, mean);
            Denormals.Flush(mean).StoreUnsafe(ref m, i);
            Vector256<float> square = Vector256.FusedMultiplyAdd(toSecond * slope, slope, Vector256.LoadUnsafe(ref v, i) * beta2);
            Denormals.Flush(square).StoreUnsafe(ref v, i);
            Vector256<float> spread = Vector256.FusedMultiplyAdd(Vector256.Sqrt(square), root, epsilon);
            Denormals.Flush(Vector256.FusedMultiplyAdd(rate, mean / spread, Vector256.LoadUnsafe(ref w, i) * shrink)).StoreUnsafe(ref w, i);
        }
    }
}
