namespace Reproduce.Inference.Estimators;

/// <summary>The argument of the pseudo-Huber distance.</summary>
public enum HuberNorm
{
    /// <summary>The Euclidean norm over the dimensions (the paper).</summary>
    Vector,

    /// <summary>Every dimension by itself, then the mean (the published script).</summary>
    Elementwise,
}
