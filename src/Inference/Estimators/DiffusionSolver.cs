namespace Reproduce.Inference.Estimators;

/// <summary>How a diffusion model's draws come from noise: along the probability-flow ODE, or along the reverse SDE.</summary>
public enum DiffusionSolver
{
    /// <summary>The ODE, one pass per interval, first order.</summary>
    Euler,

    /// <summary>The ODE, two passes per interval, second order (Karras et al. 2022, Algorithm 1).</summary>
    Heun,

    /// <summary>The ODE in steps of fifth order, as wide as a tolerance allows: six passes each, and one before the first.</summary>
    DormandPrince,

    /// <summary>The SDE in stochastic steps of two passes, as wide as a tolerance allows (Jolicoeur-Martineau et al. 2021).</summary>
    StochasticHeun,
}
