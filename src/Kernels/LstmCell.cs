using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// What a long short-term memory does element by element with panels (<see cref="Panels"/>) at one time, and its gradients.
/// </summary>
/// <remarks>
/// Gates stand one after the other, [4 H, 32]: input, forget and output behind their sigmoids, candidate behind its tanh.
/// </remarks>
public static class LstmCell
{
    /// <summary>state = forget before + input candidate, output = open tanh(state).</summary>
    /// <param name="gates">[4 H, 32].</param>
    /// <param name="before">The state before, [H, 32].</param>
    /// <param name="state">Receives [H, 32].</param>
    /// <param name="output">Receives [H, 32].</param>
    public static void Forward(ReadOnlySpan<float> gates, ReadOnlySpan<float> before, Span<float> state, Span<float> output)
    {
        Require.WholeVectors(state.Length / 2);
        Require.Reaches(gates, 4 * state.Length);
        Require.Reaches(before, state.Length);
        Require.Reaches(output, state.Length);
        if (MatrixProduct.IsWide)
        {
            Forward<WideLanes, Vector512<float>, Vector512<uint>>(gates, before, state, output);
        }
        else
        {
            Forward<NarrowLanes, Vector256<float>, Vector256<uint>>(gates, before, state, output);
        }
    }

    /// <summary>The gradients.</summary>
    /// <param name="gates">[4 H, 32]; gradients by what stands before the sigmoids and the tanh take their place.</param>
    /// <param name="before">The state before, [H, 32].</param>
    /// <param name="state">The state, [H, 32].</param>
    /// <param name="outputGradient">By the output, [H, 32].</param>
    /// <param name="stateGradient">By the state from later times, then by the state before, [H, 32].</param>
    public static void Backward(
        Span<float> gates, ReadOnlySpan<float> before, ReadOnlySpan<float> state, ReadOnlySpan<float> outputGradient,
        Span<float> stateGradient)
    {
        Require.WholeVectors(state.Length / 2);
        Require.Reaches(gates, 4 * state.Length);
        Require.Reaches(before, state.Length);
        Require.Reaches(outputGradient, state.Length);
        Require.Reaches(stateGradient, state.Length);
        if (MatrixProduct.IsWide)
        {
            Backward<WideLanes, Vector512<float>, Vector512<uint>>(gates, before, state, outputGradient, stateGradient);
        }
        else
        {
            Backward<NarrowLanes, Vector256<float>, Vector256<uint>>(gates, before, state, outputGradient, stateGradient);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLanes, TVector, TWords>(
        ReadOnlySpan<float> gates, ReadOnlySpan<float> before, Span<float> state, Span<float> output)
        where TLanes : struct, ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        nuint length = (nuint)state.Length;
        ref float g = ref MemoryMarshal.GetReference(gates), b = ref MemoryMarshal.GetReference(before);
        ref float s = ref MemoryMarshal.GetReference(state), o = ref MemoryMarshal.GetReference(output);
        for (nuint i = 0; i < length; i += TLanes.Count)
        {
            TVector gained = TLanes.Multiply(TLanes.Load(ref g, i), TLanes.Load(ref g, i + 3 * length));
            TVector next = TLanes.MultiplyAdd(TLanes.Load(ref g, i + length), TLanes.Load(ref b, i), gained);
            TLanes.Store(next, ref s, i);
            TLanes.Store(TLanes.Multiply(TLanes.Load(ref g, i + 2 * length), TLanes.Tanh(next)), ref o, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TLanes, TVector, TWords>(
        Span<float> gates, ReadOnlySpan<float> before, ReadOnlySpan<float> state, ReadOnlySpan<float> outputGradient,
        Span<float> stateGradient)
        where TLanes : struct, ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        nuint length = (nuint)state.Length;
        ref float g = ref MemoryMarshal.GetReference(gates), b = ref MemoryMarshal.GetReference(before);
        ref float s = ref MemoryMarshal.GetReference(state), dh = ref MemoryMarshal.GetReference(outputGradient);
        ref float dc = ref MemoryMarshal.GetReference(stateGradient);
        TVector one = TLanes.Create(1f);
        for (nuint i = 0; i < length; i += TLanes.Count)
        {
            TVector input = TLanes.Load(ref g, i), forget = TLanes.Load(ref g, i + length);
            TVector open = TLanes.Load(ref g, i + 2 * length), candidate = TLanes.Load(ref g, i + 3 * length);
            TVector shown = TLanes.Tanh(TLanes.Load(ref s, i)), slope = TLanes.Load(ref dh, i);
            TVector through = TLanes.Multiply(TLanes.Multiply(slope, open), TLanes.Subtract(one, TLanes.Multiply(shown, shown)));
            TVector total = TLanes.Add(TLanes.Load(ref dc, i), through);
            TLanes.Store(TLanes.Multiply(total, forget), ref dc, i);
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(total, candidate), Slope(input, one)), ref g, i);
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(total, TLanes.Load(ref b, i)), Slope(forget, one)), ref g, i + length);
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(slope, shown), Slope(open, one)), ref g, i + 2 * length);
            TVector bent = TLanes.Subtract(one, TLanes.Multiply(candidate, candidate));
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(total, input), bent), ref g, i + 3 * length);
        }

        // Of a sigmoid, by its value.
        static TVector Slope(TVector value, TVector one) => TLanes.Multiply(value, TLanes.Subtract(one, value));
    }
}
