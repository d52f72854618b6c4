using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>What happens to an element of a <see cref="MatrixProduct"/> before it is stored.</summary>
public interface IEpilogue
{
    /// <summary>The numbers to store in place of <paramref name="sum"/>.</summary>
    /// <param name="sum">Eight sums of the product.</param>
    /// <param name="companion">The elements of the companion matrix at the same place.</param>
    static abstract Vector256<float> Apply(Vector256<float> sum, Vector256<float> companion);

    /// <summary>The same for sixteen sums.</summary>
    /// <param name="sum">Sixteen sums of the product.</param>
    /// <param name="companion">The elements of the companion matrix at the same place.</param>
    static abstract Vector512<float> Apply(Vector512<float> sum, Vector512<float> companion);
}
