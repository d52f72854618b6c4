using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>A published form of Adam (Kingma and Ba 2015): where the bias correction stands, and in which order is rounded.</summary>
public interface IAdamForm
{
    /// <summary>The numbers of a step.</summary>
    /// <param name="settings">Decays and epsilon.</param>
    /// <param name="step">Steps with this one, from 1.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="gradientFactor">What the gradient is multiplied by.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    static abstract AdamFactors Factors(
        in AdamSettings settings, long step, double learningRate, double gradientFactor = 1, double weightDecay = 0);

    /// <summary>beta m + (1 - beta) g.</summary>
    /// <param name="moment">m.</param>
    /// <param name="gradient">g.</param>
    /// <param name="beta">The decay.</param>
    /// <param name="rest">1 - beta.</param>
    static abstract Vector256<float> FirstMoment(
        Vector256<float> moment, Vector256<float> gradient, Vector256<float> beta, Vector256<float> rest);

    /// <summary>beta v + (1 - beta) g^2.</summary>
    /// <param name="moment">v.</param>
    /// <param name="gradient">g.</param>
    /// <param name="beta">The decay.</param>
    /// <param name="rest">1 - beta.</param>
    static abstract Vector256<float> SecondMoment(
        Vector256<float> moment, Vector256<float> gradient, Vector256<float> beta, Vector256<float> rest);

    /// <summary>weight - rate m / (root sqrt(v) + epsilon).</summary>
    /// <param name="weight">The weight, shrunk.</param>
    /// <param name="first">m.</param>
    /// <param name="deviation">sqrt(v).</param>
    /// <param name="rate">The step's rate.</param>
    /// <param name="root">The step's factor of the root.</param>
    /// <param name="epsilon">Epsilon.</param>
    static abstract Vector256<float> Move(
        Vector256<float> weight, Vector256<float> first, Vector256<float> deviation, Vector256<float> rate, Vector256<float> root,
        Vector256<float> epsilon);
}
