using System.Runtime.CompilerServices;

namespace Reproduce.Kernels;

/// <summary>The part of a dropout mask that belongs to a panel.</summary>
/// <param name="mask">The batch's mask, [F, rows].</param>
/// <param name="rows">Rows of the batch.</param>
/// <param name="first">The panel's first row.</param>
/// <param name="count">Rows of the batch in the panel, at most 32.</param>
public readonly ref struct PanelDropout(ReadOnlySpan<float> mask, int rows, int first, int count)
{
    private readonly ReadOnlySpan<float> _mask = mask;

    /// <summary>A feature's mask.</summary>
    /// <param name="feature">From 0.</param>
    /// <param name="room">32 numbers, where the mask is completed should the panel not be full.</param>
    /// <returns>[32].</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<float> Line(int feature, Span<float> room)
    {
        int at = feature * rows + first;
        if (count == Panels.Width)
        {
            return _mask.Slice(at, Panels.Width);
        }

        _mask.Slice(at, count).CopyTo(room);
        return room;
    }
}
