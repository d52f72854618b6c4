using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose posterior can be sampled exactly, or for which somebody has draws to compare others with.</summary>
public interface IReferencePosterior
{
    /// <summary>Whether the draws are from the exact posterior; of those that somebody else has made a figure does not say so.</summary>
    bool IsExact => true;

    /// <summary>Raised when the draws of the same settings become others than before, so that nobody takes the old ones for them.</summary>
    int DrawsVersion => 1;

    /// <summary>Draws from p(theta | x) for every data set.</summary>
    /// <param name="x">J data sets.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="key">Data set j takes its random numbers from the stream key.Child(j), so its draws do not depend on the
    /// others.</param>
    /// <returns>float32, [J, S, D], on the CPU.</returns>
    Tensor Sample(Observation x, int draws, RandomKey key);

    /// <summary>As many draws again, which measure how well a metric can tell exact draws from exact draws.</summary>
    /// <param name="x">J data sets.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="key">Another stream than that of the first ones.</param>
    /// <returns>float32, [J, S, D], on the CPU.</returns>
    Tensor SampleAgain(Observation x, int draws, RandomKey key) => Sample(x, draws, key);
}
