using System.ComponentModel.DataAnnotations;

namespace Reproduce.Inference.Flows;

/// <summary>Settings of a conditional coupling flow; the defaults are those of the published experiments' library.</summary>
public sealed record CouplingFlowSettings
{
    /// <summary>Number of layers (activation normalisation, permutation, two-sided coupling).</summary>
    [Range(1, 64)]
    public int Layers { get; init; } = 6;

    /// <summary>Mixing between layers.</summary>
    public PermutationKind Permutation { get; init; } = PermutationKind.Fixed;

    /// <summary>Width of the conditioner networks.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 128;

    /// <summary>Hidden layers of the conditioner networks.</summary>
    [Range(1, 16)]
    public int HiddenLayers { get; init; } = 2;

    /// <summary>Dropout rate behind each hidden layer.</summary>
    [Range(0.0, 0.99)]
    public double Dropout { get; init; } = 0.05;

    /// <summary>L2 penalty on the weights of the hidden layers.</summary>
    [Range(0.0, 1.0)]
    public double L2 { get; init; } = 1e-4;

    /// <summary>Bins of the spline; not used by affine couplings.</summary>
    [Range(2, 256)]
    public int Bins { get; init; } = 16;

    /// <summary>Weights between layers of full width, of which a large flow has most.</summary>
    public double RoughWeights => Layers * (2.0 * Units * Units * HiddenLayers + 4.0 * Units * Bins);

    /// <summary>Numbers that a pass without gradients holds for each row, about.</summary>
    public double RoughActivations => Layers * (4.0 * Units * HiddenLayers + 20.0 * Bins);
}
