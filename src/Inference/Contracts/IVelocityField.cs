using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>An estimator whose draws are the flow of an ODE, d theta / dt = v(theta, t; x), that starts from Gaussian noise.</summary>
public interface IVelocityField
{
    /// <summary>Number of parameters, D.</summary>
    long Dimension { get; }

    /// <summary>Number of summaries, S.</summary>
    long ConditionSize { get; }

    /// <summary>Standard deviation of the noise in which the flow starts: N(0, deviation^2 I).</summary>
    double NoiseDeviation { get; }

    /// <summary>Times from that of the parameter to that of the noise, spaced for numerical integration.</summary>
    /// <param name="intervals">K, at least 1.</param>
    /// <returns>K + 1 times, ascending or descending.</returns>
    double[] TimesFromParameter(int intervals);

    /// <summary>The velocity, without dropout.</summary>
    /// <param name="theta">[N, D].</param>
    /// <param name="time">[N, 1].</param>
    /// <param name="condition">[N, S].</param>
    /// <returns>[N, D].</returns>
    Tensor Velocity(Tensor theta, Tensor time, Tensor condition);
}
