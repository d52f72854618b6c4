using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Mean absolute distance of posterior draws from the true parameters.</summary>
public static class MeanAbsoluteError
{
    /// <summary>For every data set the mean over draws and dimensions.</summary>
    /// <param name="draws">Posterior draws, [J, S, D], on any device.</param>
    /// <param name="truth">True parameters, [J, D].</param>
    /// <returns>[J], in the parameters' unit.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static double[] PerDataSet(Tensor draws, Tensor truth) => DrawErrors.PerDataSet(draws, truth, error => error.abs().mean());
}
