namespace Reproduce.Inference.Estimators;

/// <summary>The distance in the flow-matching loss.</summary>
public enum FlowMatchingLoss
{
    /// <summary>Mean squared error (Eq. 2).</summary>
    SquaredError,

    /// <summary>log cosh, as the published script's library had it; its minimiser is not the conditional mean.</summary>
    LogCosh,
}
