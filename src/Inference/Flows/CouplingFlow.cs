using Reproduce.Compute;
using Reproduce.Inference.Flows.Vectors;
using Reproduce.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>
/// A conditional coupling flow: layers of activation normalisation, permutation and two-sided coupling between the parameters and
/// a standard normal latent.
/// </summary>
public sealed class CouplingFlow : Network, IConditionalTransform
{
    private readonly ModuleList<Network> transforms = [];
    private readonly VectorFlowDispatch _vectors;
    private readonly long _dimension;
    private readonly long _condition;

    /// <summary>A flow over D parameters given S summaries; its couplings start as the identity.</summary>
    /// <param name="dimension">D, at least 2.</param>
    /// <param name="condition">S.</param>
    /// <param name="kind">Affine (ACF) or spline (NSF).</param>
    /// <param name="settings">Depth, widths and regularisation.</param>
    /// <param name="random">Where initial weights and permutations come from.</param>
    public CouplingFlow(long dimension, long condition, CouplingKind kind, CouplingFlowSettings settings, RandomSource random)
        : base(nameof(CouplingFlow))
    {
        ArgumentNullException.ThrowIfNull(settings);
        for (int i = 0; i < settings.Layers; i++)
        {
            transforms.Add(new ActivationNorm(dimension));
            transforms.Add(settings.Permutation == PermutationKind.Fixed
                ? new FixedPermutation(dimension, random)
                : new LearnablePermutation(dimension, random));
            transforms.Add(new TwoSidedCoupling(dimension, condition, kind, settings, random));
        }

        _dimension = dimension;
        _condition = condition;
        _vectors = new VectorFlowDispatch((int)dimension, (int)condition, kind, settings, Weights, Orders);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass)
    {
        Check(u, condition, nameof(u));
        CountPass(u.shape[0]);
        if (UsesVectors(u, pass))
        {
            (Tensor latent, Tensor logs) = _vectors.Forward(u, condition, pass);
            IEnumerable<LearnablePermutation> learned = transforms.OfType<LearnablePermutation>();
            return (latent, learned.Aggregate(logs, (sum, p) => sum.add(p.LogDeterminant(), Scalars.One)));
        }

        Tensor v = u;
        Tensor total = u.new_zeros([u.shape[0]]);
        foreach (Network transform in transforms)
        {
            (v, Tensor log) = ((IConditionalTransform)transform).Forward(v, condition, pass);
            total = total.add(log, Scalars.One);
        }

        return (v, total);
    }

    /// <inheritdoc/>
    public Tensor Inverse(Tensor v, Tensor condition)
    {
        Check(v, condition, nameof(v));
        CountPass(v.shape[0]);
        Tensor u = v;
        foreach (Network transform in transforms.Reverse())
        {
            u = ((IConditionalTransform)transform).Inverse(u, condition);
        }

        return u;
    }

    /// <summary>Whether a pass towards the latents goes through vector code.</summary>
    /// <param name="u">[N, D].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor u, ForwardPass pass) => _vectors.Accepts(u, ((ActivationNorm)transforms[0]).Scale, pass);

    // Vector code would read rows of another width across each other, and views of the halves would leave columns out.
    private void Check(Tensor rows, Tensor condition, string name)
    {
        Require.Rows(rows, _dimension, name);
        Require.Rows(condition, _condition, nameof(condition), rows.shape[0]);
    }

    private Tensor[] Weights() =>
        [
            .. transforms.SelectMany(t =>
                t switch
                {
                    ActivationNorm norm => [norm.Scale, norm.Shift],
                    LearnablePermutation permutation => [permutation.Matrix],
                    TwoSidedCoupling coupling => coupling
                        .Halves.SelectMany(h => h.Conditioners)
                        .SelectMany(c => c.Layers)
                        .SelectMany(l => l.Tensors),
                    _ => Enumerable.Empty<Tensor>(),
                }
            ),
        ];

    private long[][] Orders() => [.. transforms.OfType<FixedPermutation>().Select(p => p.Order.data<long>().ToArray())];
}
