using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Fewer draws, spread evenly over a sample: chains and mirrored halves are thinned, not cut.</summary>
internal static class EvenlySpaced
{
    /// <summary>At most so many rows of a sample.</summary>
    /// <param name="sample">Any shape.</param>
    /// <param name="axis">The axis of the draws.</param>
    /// <param name="most">How many are kept: rows i count / most; 0: all.</param>
    internal static Tensor Rows(Tensor sample, long axis, long most)
    {
        long count = sample.shape[axis];
        if (most == 0 || count <= most)
        {
            return sample;
        }

        long[] rows = [.. Enumerable.Range(0, (int)most).Select(i => i * count / most)];
        using Tensor index = tensor(rows, device: sample.device);
        return sample.index_select(axis, index);
    }
}
