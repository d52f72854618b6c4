namespace Reproduce.Inference.Flows;

/// <summary>How a coupling layer transforms one half of the parameters.</summary>
public enum CouplingKind
{
    /// <summary>Scale and shift (Dinh et al. 2016).</summary>
    Affine,

    /// <summary>Monotone rational-quadratic spline (Durkan et al. 2019).</summary>
    Spline,
}
