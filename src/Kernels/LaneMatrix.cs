namespace Reproduce.Kernels;

/// <summary>Matrices of which every lane of a panel has its own: element (r, c) of all of them is a vector.</summary>
/// <param name="start">The first element's vector.</param>
/// <param name="row">Numbers from a row to the next.</param>
/// <param name="column">Numbers from a column to the next.</param>
internal readonly ref struct LaneMatrix(ref float start, int row, int column)
{
    private readonly ref float _start = ref start;

    /// <summary>The first element's vector.</summary>
    internal ref float Start => ref _start;

    /// <summary>Numbers from a row to the next.</summary>
    internal nuint Row => (nuint)row;

    /// <summary>Numbers from a column to the next.</summary>
    internal nuint Column => (nuint)column;

    /// <summary>Rows for columns.</summary>
    internal LaneMatrix Transposed => new(ref _start, column, row);
}
