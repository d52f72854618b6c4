using static TorchSharp.torch;

namespace Reproduce.Tasks.Denoising;

/// <summary>A task whose parameters are data with fixed splits, instead of draws from a known prior.</summary>
public interface IFixedSplits
{
    /// <summary>Rows of a split.</summary>
    /// <param name="split">The split.</param>
    long Count(DataSplit split);

    /// <summary>Some rows of a split, always the same ones; a smaller training set is the beginning of a larger one.</summary>
    /// <param name="split">The split.</param>
    /// <param name="first">First row.</param>
    /// <param name="count">Number of rows, B.</param>
    /// <returns>float32, [B, D], on the CPU.</returns>
    Tensor Parameters(DataSplit split, long first, long count);

    /// <summary>The class of each of these rows.</summary>
    /// <param name="split">The split.</param>
    /// <param name="first">First row.</param>
    /// <param name="count">Number of rows, B.</param>
    byte[] Labels(DataSplit split, long first, long count);
}
