namespace Reproduce.Inference.Estimators;

/// <summary>How the probability-flow ODE is integrated.</summary>
public enum OdeSolver
{
    /// <summary>One pass per interval, first order.</summary>
    Euler,

    /// <summary>Two passes per interval, second order (Karras et al. 2022, Algorithm 1).</summary>
    Heun,

    /// <summary>Steps of fifth order, as wide as a tolerance allows: six passes each, and one before the first.</summary>
    DormandPrince,
}
