using System.Runtime.CompilerServices;

namespace Reproduce.Kernels;

/// <summary>Where the matrices of a product lie, from some column on; as <see cref="MatrixProduct"/> has checked.</summary>
internal ref struct ProductOperands
{
    /// <summary>A(0, 0).</summary>
    internal ref float A;

    /// <summary>The first row of B.</summary>
    internal ref float B;

    /// <summary>The first row of C.</summary>
    internal ref float C;

    /// <summary>The first row of the companion, laid out as C.</summary>
    internal ref float Companion;

    /// <summary>What the columns' sums begin with; a null reference for zeros.</summary>
    internal ref float Start;

    /// <summary>Step between rows of A.</summary>
    internal required nint RowStride { get; init; }

    /// <summary>Step along the inner axis of A.</summary>
    internal required nint InnerStride { get; init; }

    /// <summary>Step between rows of B.</summary>
    internal required nint RightStride { get; init; }

    /// <summary>Step between rows of C.</summary>
    internal required nint Stride { get; init; }

    /// <summary>Length of the sums.</summary>
    internal required int Inner { get; init; }

    /// <summary>Goes on by some columns.</summary>
    /// <param name="columns">How many.</param>
    internal void Skip(int columns)
    {
        B = ref Unsafe.Add(ref B, columns);
        C = ref Unsafe.Add(ref C, columns);
        Companion = ref Unsafe.Add(ref Companion, columns);
        if (!Unsafe.IsNullRef(ref Start))
        {
            Start = ref Unsafe.Add(ref Start, columns);
        }
    }
}
