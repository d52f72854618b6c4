using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Distance of posterior draws from the true parameters (Eq. 11 of the paper).</summary>
public static class RootMeanSquareError
{
    /// <summary>
    /// For every data set the root of the squared error's mean over draws and dimensions. The paper's number is the mean of these.
    /// </summary>
    /// <param name="draws">Posterior draws, [J, S, D], on any device.</param>
    /// <param name="truth">True parameters, [J, D].</param>
    /// <returns>[J], in the parameters' unit.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static double[] PerDataSet(Tensor draws, Tensor truth) => DrawErrors.PerDataSet(draws, truth, Root);

    private static Tensor Root(Tensor error)
    {
        double unit = PowerOfTwo.Unit(error.abs().max().ToDouble());
        if (unit == 1)
        {
            return error.Squared().mean().sqrt();
        }

        using Scalar scale = unit.ToScalar();
        return error.div(scale).Squared().mean().sqrt().mul(scale);
    }
}
