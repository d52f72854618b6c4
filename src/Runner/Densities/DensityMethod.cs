namespace Reproduce.Runner.Densities;

/// <summary>How an estimator comes by the density of its draws.</summary>
public enum DensityMethod
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Change of variables through an invertible network, at any parameter.</summary>
    InvertibleNetwork,

    /// <summary>The divergence of a velocity field, integrated along its path, at any parameter.</summary>
    IntegratedDivergence,

    /// <summary>The Jacobian of the one-step map, at its own draws only (Eq. 9).</summary>
    JacobianAtDraws,
}
