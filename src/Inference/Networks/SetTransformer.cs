using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// A permutation-invariant network with attention (Lee et al. 2019): induced self-attention blocks, then pooling by attention with one
/// learned seed. As in the published experiments' library the blocks are as wide as a member of the set, without layer norm.
/// </summary>
public sealed class SetTransformer : SummaryNetwork
{
    private readonly ModuleList<InducedBlock> induced = [];
    private readonly DenseLayers embedding;
    private readonly Dense embedded;
    private readonly Parameter seed;
    private readonly AttentionBlock pooling;

    /// <summary>A network for sets of vectors of length <paramref name="features"/>.</summary>
    /// <param name="features">F, the length of one member of the set.</param>
    /// <param name="settings">Sizes.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public SetTransformer(long features, SetTransformerSettings settings, RandomSource random)
        : base(nameof(SetTransformer))
    {
        ArgumentNullException.ThrowIfNull(settings);
        AttentionSettings attention = new();
        for (int i = 0; i < settings.Blocks; i++)
        {
            induced.Add(new InducedBlock(features, settings.InducingPoints, attention, random));
        }

        embedding = new DenseLayers(features, attention.Units, attention.Layers, random);
        embedded = new Dense(attention.Units, settings.Outputs, random);
        seed = LearnedRows(1, settings.Outputs, random);
        pooling = new AttentionBlock(settings.Outputs, settings.Outputs, attention, random);
        Outputs = settings.Outputs;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override long Outputs { get; }

    /// <inheritdoc/>
    /// <remarks>The observation is one tensor [B, N, F].</remarks>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor set = x.Sole;
        foreach (InducedBlock block in induced)
        {
            set = block.Apply(set, pass);
        }

        Tensor members = embedded.Apply(embedding.Apply(set, pass));
        return pooling.Apply(seed.expand(set.shape[0], -1, -1), members, pass).squeeze(1);
    }

    // Glorot-uniform, [1, rows, width].
    private static Parameter LearnedRows(long rows, long width, RandomSource random)
    {
        using Dense drawn = new(width, rows, random);
        using IDisposable noGrad = no_grad();
        Parameter parameter = new(drawn.Weight.detach().clone().unsqueeze(0));
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>Self-attention through learned points: h = block(points, x), then block(x, h); [B, N, F] to [B, N, F].</summary>
    private sealed class InducedBlock : Network
    {
        private readonly Parameter points;
        private readonly AttentionBlock gather;
        private readonly AttentionBlock spread;

        public InducedBlock(long features, int count, AttentionSettings settings, RandomSource random)
            : base(nameof(InducedBlock))
        {
            points = LearnedRows(count, features, random);
            gather = new AttentionBlock(features, features, settings, random);
            spread = new AttentionBlock(features, features, settings, random);
            RegisterComponents();
        }

        public Tensor Apply(Tensor set, ForwardPass pass) =>
            spread.Apply(set, gather.Apply(points.expand(set.shape[0], -1, -1), set, pass), pass);
    }
}
