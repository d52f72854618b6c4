using System.Runtime.CompilerServices;

namespace Reproduce.Kernels;

/// <summary>A convolution with a kernel of one row and column: a pixel is its only component.</summary>
internal readonly struct PointTiles : ITileTransform
{
    private const int Lanes = Panels.Width;

    /// <inheritdoc/>
    public static int Components => 1;

    /// <inheritdoc/>
    public static int PatchSide => 1;

    /// <inheritdoc/>
    public static int TileSide => 1;

    /// <inheritdoc/>
    public static bool PatchesOverlap => false;

    /// <inheritdoc/>
    public static void Gather<TLanes, TVector, TWords>(ref float image, in TileWindow window, ref float components, nint stride)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
        => Copy<TLanes, TVector, TWords>(ref Unsafe.Add(ref image, window.Offset), ref components);

    /// <inheritdoc/>
    public static void GatherBackward<TLanes, TVector, TWords>(ref float components, nint stride, ref float image, in TileWindow window)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
        => Copy<TLanes, TVector, TWords>(ref components, ref Unsafe.Add(ref image, window.Offset));

    /// <inheritdoc/>
    public static void Spread<TLanes, TVector, TWords>(
        ref float components, nint stride, ref float bias, ref float image, in TileWindow window)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        ref float to = ref Unsafe.Add(ref image, window.Offset);
        for (nuint lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(ref components, lane), TLanes.Load(ref bias, lane)), ref to, lane);
        }
    }

    /// <inheritdoc/>
    public static void SpreadBackward<TLanes, TVector, TWords>(
        ref float image, in TileWindow window, ref float components, nint stride)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
        => Gather<TLanes, TVector, TWords>(ref image, window, ref components, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TLanes, TVector, TWords>(ref float from, ref float to)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        for (nuint lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            TLanes.Store(TLanes.Load(ref from, lane), ref to, lane);
        }
    }
}
