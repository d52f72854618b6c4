using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>Numbers made of the differences between draws and true parameters.</summary>
internal static class DrawErrors
{
    /// <summary>A number for every data set, in double precision.</summary>
    /// <param name="draws">Posterior draws, [J, S, D], on any device.</param>
    /// <param name="truth">True parameters, [J, D].</param>
    /// <param name="summarise">The number of the differences [S, D].</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    internal static double[] PerDataSet(Tensor draws, Tensor truth, Func<Tensor, Tensor> summarise)
    {
        Require.Truth(draws, truth);
        using IDisposable inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double[] errors = new double[draws.size(0)];
        Tensor target = truth.to(ScalarType.Float64, draws.device);
        for (int j = 0; j < errors.Length; j++)
        {
            // One data set at a time: the copies in double precision stay small for images too.
            using DisposeScope step = NewDisposeScope();
            errors[j] = summarise(draws.select(0, j).to_type(ScalarType.Float64) - target.select(0, j)).item<double>();
        }

        return errors;
    }
}
