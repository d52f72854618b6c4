namespace Reproduce.Inference.Flows;

/// <summary>How the parameters are mixed between coupling layers.</summary>
public enum PermutationKind
{
    /// <summary>One random permutation per layer, drawn at construction.</summary>
    Fixed,

    /// <summary>A full matrix, orthogonal at the start and then unconstrained.</summary>
    Learnable,
}
