using System.Globalization;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>The variance of the parameters, by which consistency and score models weigh a noisy parameter.</summary>
internal static class DataVariance
{
    /// <summary>The variance of each parameter.</summary>
    /// <param name="given">The settings' value for all of them, or null.</param>
    /// <param name="ofTraining">Variance of the training parameters, [D].</param>
    /// <param name="dimension">D.</param>
    /// <returns>float32, [D].</returns>
    /// <exception cref="ArgumentException">Another shape, or a parameter without a positive, finite variance.</exception>
    public static Tensor Of(double? given, Tensor ofTraining, long dimension)
    {
        if (given is double all)
        {
            using Scalar known = all.ToScalar();
            return full([dimension], known, dtype: ScalarType.Float32, device: CPU);
        }

        if (ofTraining.dim() != 1 || ofTraining.shape[0] != dimension)
        {
            throw new ArgumentException($"parameterVariance: expected [{dimension}], got {Require.Shape(ofTraining)}.");
        }

        Tensor variance = ofTraining.to(ScalarType.Float32).clone();
        using Tensor copy = variance.detach().to(CPU);
        float[] numbers = copy.data<float>().ToArray();
        int[] wrong = [.. Enumerable.Range(0, numbers.Length).Where(d => !(numbers[d] > 0 && float.IsFinite(numbers[d])))];
        if (wrong.Length == 0)
        {
            return variance;
        }

        float first = numbers[wrong[0]];
        string reason = first == 0 ? "never varies in the training set" : "has no finite variance";
        string more = wrong.Length > 1 ? $" (and {wrong.Length - 1} more of {dimension})" : "";
        throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"parameterVariance: parameter {wrong[0]}{more} {reason} (variance {first}). Leave it out of the parameters, "
                + $"or give the variance that the settings' ParameterVariance (parameter_variance) sets for all of them."));
    }
}
