using Reproduce.Compute;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>Every invertible map of the flows behind one pair of functions.</summary>
internal sealed record Bijection(
    Network Network,
    Func<Tensor, Tensor, (Tensor Value, Tensor LogDeterminant)> Forward,
    Func<Tensor, Tensor, Tensor> Inverse) : IDisposable
{
    /// <summary>Width of the condition that all of them take here.</summary>
    public const long Condition = 3;

    private static readonly CouplingFlowSettings s_settings = new() { Layers = 3, Units = 16, Bins = 8 };

    public static readonly string[] Names =
    [
        "normalisation", "fixed permutation", "learnable permutation", "affine half", "spline half",
        "affine coupling", "spline coupling", "affine flow", "spline flow", "affine flow with learnable permutations",
    ];

    public static Bijection Create(string name, long dimension)
    {
        using RandomSource random = new(RandomKey.FromSeed(3).Child(name).Child(dimension));
        CouplingFlowSettings learnable = s_settings with { Permutation = PermutationKind.Learnable };
        return name switch
        {
            "normalisation" => Of(new ActivationNorm(dimension)),
            "fixed permutation" => Of(new FixedPermutation(dimension, random)),
            "learnable permutation" => Of(new LearnablePermutation(dimension, random)),
            "affine half" => Half(CouplingKind.Affine),
            "spline half" => Half(CouplingKind.Spline),
            "affine coupling" => Of(new TwoSidedCoupling(dimension, Condition, CouplingKind.Affine, s_settings, random)),
            "spline coupling" => Of(new TwoSidedCoupling(dimension, Condition, CouplingKind.Spline, s_settings, random)),
            "affine flow" => Of(new CouplingFlow(dimension, Condition, CouplingKind.Affine, s_settings, random)),
            "spline flow" => Of(new CouplingFlow(dimension, Condition, CouplingKind.Spline, s_settings, random)),
            "affine flow with learnable permutations" => Of(new CouplingFlow(dimension, Condition, CouplingKind.Affine, learnable, random)),
            _ => throw new ArgumentException(name),
        };

        Bijection Half(CouplingKind kind)
        {
            CouplingHalf half = CouplingHalf.Create(kind, dimension, Condition, s_settings, random);
            return new Bijection(half, (u, c) => half.Forward(u, c, ForwardPass.Evaluation), half.Inverse);
        }
    }

    public void Dispose() => Network.Dispose();

    private static Bijection Of<T>(T map)
        where T : Network, IConditionalTransform =>
        new(map, (u, c) => map.Forward(u, c, ForwardPass.Evaluation), map.Inverse);
}
