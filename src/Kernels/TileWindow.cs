namespace Reproduce.Kernels;

/// <summary>Where a square piece of a channel lies, [Height, Width, 32], and which of its rows and columns are inside the image.</summary>
/// <param name="offset">From the channel's first number to the piece's, which may be outside.</param>
/// <param name="rowStride">Numbers from a row to the next.</param>
/// <param name="rows">Bit i says that row i of the piece is inside.</param>
/// <param name="columns">Bit j says that column j is.</param>
internal readonly struct TileWindow(nint offset, nint rowStride, uint rows, uint columns)
{
    /// <summary>From the channel's first number to the piece's.</summary>
    internal nint Offset => offset;

    /// <summary>Numbers from a row to the next.</summary>
    internal nint RowStride => rowStride;

    /// <summary>Bit i says that row i is inside.</summary>
    internal uint Rows => rows;

    /// <summary>Bit j says that column j is inside.</summary>
    internal uint Columns => columns;

    /// <summary>A piece of an image.</summary>
    /// <param name="top">Its first row, which may be outside.</param>
    /// <param name="left">Its first column.</param>
    /// <param name="side">Its rows and columns, at most 32.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    internal static TileWindow Of(int top, int left, int side, int height, int width)
    {
        nint stride = (nint)width * Panels.Width;
        return new TileWindow(top * stride + (nint)left * Panels.Width, stride, Inside(top, side, height), Inside(left, side, width));
    }

    private static uint Inside(int first, int side, int length)
    {
        uint bits = 0;
        for (int i = Math.Max(0, -first); i < side && first + i < length; i++)
        {
            bits |= 1u << i;
        }

        return bits;
    }
}
