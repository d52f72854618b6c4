using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Sets;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// A permutation-invariant network for exchangeable observations (Zaheer et al. 2017): equivariant modules, an invariant module
/// (dense layers, mean over the set, dense layers) and a linear layer to the summaries.
/// </summary>
public sealed class DeepSet : SummaryNetwork
{
    private readonly ModuleList<EquivariantModule> equivariant = [];
    private readonly InvariantModule invariant;
    private readonly Dense last;
    private readonly VectorSetDispatch _vectors;

    /// <summary>A network for sets of vectors of length <paramref name="features"/>.</summary>
    /// <param name="features">F, the length of one member of the set.</param>
    /// <param name="settings">Widths.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public DeepSet(long features, DeepSetSettings settings, RandomSource random)
        : base(nameof(DeepSet))
    {
        ArgumentNullException.ThrowIfNull(settings);
        long width = features;
        for (int i = 0; i < settings.EquivariantModules; i++)
        {
            equivariant.Add(new EquivariantModule(width, settings, random));
            width = settings.Units;
        }

        invariant = new InvariantModule(width, settings, random);
        last = new Dense(settings.Units, settings.Outputs, random);
        Outputs = settings.Outputs;
        _vectors = new VectorSetDispatch((int)features, settings, [.. equivariant.SelectMany(m => m.Layers), .. invariant.Layers, last]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override long Outputs { get; }

    /// <inheritdoc/>
    /// <remarks>The observation is one tensor [B, N, F].</remarks>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(pass);
        Tensor set = x.Sole;
        if (UsesVectors(set, pass))
        {
            return _vectors.Apply(set);
        }

        foreach (EquivariantModule module in equivariant)
        {
            set = module.Apply(set, pass);
        }

        return last.Apply(invariant.Apply(set, pass));
    }

    /// <summary>Whether a pass goes through vector code.</summary>
    /// <param name="set">[B, N, F].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor set, ForwardPass pass) => _vectors.Accepts(set, pass);

    /// <summary>Dense layers, mean over the set, dense layers: [B, N, F] to [B, units].</summary>
    private sealed class InvariantModule : Network
    {
        private readonly DenseLayers member;
        private readonly DenseLayers pooled;

        public InvariantModule(long features, DeepSetSettings settings, RandomSource random)
            : base(nameof(InvariantModule))
        {
            member = new DenseLayers(features, settings.Units, settings.Layers, random);
            pooled = new DenseLayers(settings.Units, settings.Units, settings.Layers, random);
            RegisterComponents();
        }

        public IEnumerable<Dense> Layers => member.Layers.Concat(pooled.Layers);

        public Tensor Apply(Tensor set, ForwardPass pass) => pooled.Apply(member.Apply(set, pass).mean([1]), pass);
    }

    /// <summary>Every member is joined with the set's invariant summary and passed on: [B, N, F] to [B, N, units].</summary>
    private sealed class EquivariantModule : Network
    {
        private readonly InvariantModule context;
        private readonly DenseLayers joined;

        public EquivariantModule(long features, DeepSetSettings settings, RandomSource random)
            : base(nameof(EquivariantModule))
        {
            context = new InvariantModule(features, settings, random);
            joined = new DenseLayers(features + settings.Units, settings.Units, settings.Layers, random);
            RegisterComponents();
        }

        public IEnumerable<Dense> Layers => context.Layers.Concat(joined.Layers);

        public Tensor Apply(Tensor set, ForwardPass pass)
        {
            Tensor summary = context.Apply(set, pass).unsqueeze(1).expand(-1, set.shape[1], -1);
            return joined.Apply(cat([set, summary], 2), pass);
        }
    }
}
