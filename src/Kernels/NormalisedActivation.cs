namespace Reproduce.Kernels;

/// <summary>What a group normalisation has around it.</summary>
public enum NormalisedActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>x / (1 + exp(-x)) behind it.</summary>
    SwishBehind,

    /// <summary>max(x, 0) before it.</summary>
    ReluBefore,
}
