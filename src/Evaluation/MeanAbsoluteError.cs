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
    public static double[] PerDataSet(Tensor draws, Tensor truth)
    {
        Shapes.RequireTruth(draws, truth);
        using IDisposable inference = no_grad();
        using var scope = NewDisposeScope();
        double[] errors = new double[draws.size(0)];
        Tensor target = truth.to(ScalarType.Float64, draws.device);
        for (int j = 0; j < errors.Length; j++)
        {
            using var step = NewDisposeScope();
            errors[j] = (draws.select(0, j).to_type(ScalarType.Float64) - target.select(0, j)).abs().mean().item<double>();
        }

        return errors;
    }
}
