namespace Reproduce.Kernels;

/// <summary>
/// A convolution as products: pieces of the input become components, each component of the output is a matrix of the kernel's
/// times that of the input, and the output's components become its pieces. Four maps, the second pair the transposes of the first.
/// </summary>
/// <remarks>All are of one channel and 32 images; the components lie <c>stride</c> numbers apart.</remarks>
internal interface ITileTransform
{
    /// <summary>Components of a piece.</summary>
    static abstract int Components { get; }

    /// <summary>Rows and columns of a piece of the input.</summary>
    static abstract int PatchSide { get; }

    /// <summary>Rows and columns of a piece of the output, which do not overlap.</summary>
    static abstract int TileSide { get; }

    /// <summary>Whether pieces of the input overlap, so that gradients by them are added up.</summary>
    static abstract bool PatchesOverlap { get; }

    /// <summary>The components of a piece of the input, zeros around it.</summary>
    /// <param name="image">The channel.</param>
    /// <param name="window">The piece.</param>
    /// <param name="components">Receive 32 numbers each.</param>
    /// <param name="stride">From a component to the next.</param>
    static abstract void Gather<TLanes, TVector, TWords>(ref float image, in TileWindow window, ref float components, nint stride)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct;

    /// <summary>
    /// Adds what <see cref="Gather"/> gives back to the gradient by the piece, or sets it where no other piece has a share in it.
    /// </summary>
    /// <param name="components">Gradient by the components.</param>
    /// <param name="stride">From a component to the next.</param>
    /// <param name="image">Gradient by the channel.</param>
    /// <param name="window">The piece.</param>
    static abstract void GatherBackward<TLanes, TVector, TWords>(ref float components, nint stride, ref float image, in TileWindow window)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct;

    /// <summary>A piece of the output from its components.</summary>
    /// <param name="components">The components.</param>
    /// <param name="stride">From a component to the next.</param>
    /// <param name="bias">What is added for each of the 32 images.</param>
    /// <param name="image">The channel.</param>
    /// <param name="window">The piece.</param>
    static abstract void Spread<TLanes, TVector, TWords>(
        ref float components, nint stride, ref float bias, ref float image, in TileWindow window)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct;

    /// <summary>The gradient by the components of a piece of the output.</summary>
    /// <param name="image">Gradient by the channel.</param>
    /// <param name="window">The piece.</param>
    /// <param name="components">Receive 32 numbers each.</param>
    /// <param name="stride">From a component to the next.</param>
    static abstract void SpreadBackward<TLanes, TVector, TWords>(
        ref float image, in TileWindow window, ref float components, nint stride)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct;
}
