using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>The arithmetic of Adam in vector code: each number is read once for the norm and once for the update.</summary>
/// <remarks>libtorch's operations go through all weights a dozen times, which costs more than the gradient of a small network.</remarks>
public static class AdamUpdate
{
    // Summed in single precision this far, then in double precision.
    private const int Chunk = 4096;

    /// <summary>Whether the processor has vectors for it.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    /// <summary>Adds the gradient of L2 penalties and gives the squared norm of the sum.</summary>
    /// <param name="gradient">Gradients, a multiple of 16 numbers.</param>
    /// <param name="values">Weights.</param>
    /// <param name="penalty">Derivative of the penalties per unit of weight; empty for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double AddPenalty(Span<float> gradient, ReadOnlySpan<float> values, ReadOnlySpan<float> penalty)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length % 16, 0, nameof(gradient));
        if (!penalty.IsEmpty)
        {
            Require.Reaches(values, gradient.Length);
            Require.Reaches(penalty, gradient.Length);
        }

        ref float g = ref MemoryMarshal.GetReference(gradient), w = ref MemoryMarshal.GetReference(values);
        ref float p = ref MemoryMarshal.GetReference(penalty);
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

    /// <summary>Scales the gradient and updates moments and weights. What becomes denormal is set to 0.</summary>
    /// <typeparam name="TForm">The form of Adam.</typeparam>
    /// <param name="gradient">Gradients, a multiple of 8 numbers; scaled ones stand there afterwards.</param>
    /// <param name="values">Weights.</param>
    /// <param name="first">First moments.</param>
    /// <param name="second">Second moments.</param>
    /// <param name="settings">Decays and epsilon.</param>
    /// <param name="factors">The step's numbers, from <see cref="IAdamForm.Factors"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TForm>(
        Span<float> gradient, Span<float> values, Span<float> first, Span<float> second, in AdamSettings settings, in AdamFactors factors)
        where TForm : struct, IAdamForm
    {
        Require.WholeVectors(gradient.Length);
        Require.Reaches(values, gradient.Length);
        Require.Reaches(first, gradient.Length);
        Require.Reaches(second, gradient.Length);
        ref float g = ref MemoryMarshal.GetReference(gradient), w = ref MemoryMarshal.GetReference(values);
        ref float m = ref MemoryMarshal.GetReference(first), v = ref MemoryMarshal.GetReference(second);
        float beta1 = (float)settings.Beta1, beta2 = (float)settings.Beta2;
        Vector256<float> keepFirst = Vector256.Create(beta1), toFirst = Vector256.Create(1 - beta1);
        Vector256<float> keepSecond = Vector256.Create(beta2), toSecond = Vector256.Create(1 - beta2);
        Vector256<float> scale = Vector256.Create(factors.Gradient), shrink = Vector256.Create(factors.Shrink);
        Vector256<float> rate = Vector256.Create(factors.Rate), root = Vector256.Create(factors.Root);
        Vector256<float> epsilon = Vector256.Create((float)settings.Epsilon);
        for (nuint i = 0; i < (nuint)gradient.Length; i += 8)
        {
            Vector256<float> scaled = Vector256.LoadUnsafe(ref g, i) * scale;
            scaled.StoreUnsafe(ref g, i);
            Vector256<float> mean = TForm.FirstMoment(Vector256.LoadUnsafe(ref m, i), scaled, keepFirst, toFirst);
            Denormals.Flush(mean).StoreUnsafe(ref m, i);
            Vector256<float> square = TForm.SecondMoment(Vector256.LoadUnsafe(ref v, i), scaled, keepSecond, toSecond);
            Denormals.Flush(square).StoreUnsafe(ref v, i);
            Vector256<float> weight = Vector256.LoadUnsafe(ref w, i) * shrink;
            Denormals.Flush(TForm.Move(weight, mean, Vector256.Sqrt(square), rate, root, epsilon)).StoreUnsafe(ref w, i);
        }
    }
}
