using Reproduce.Compute;
using Reproduce.Inference.Networks.Vectors.Sets;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// A permutation-invariant network for exchangeable observations (Zaheer et al. 2017): equivariant modules, an invariant module
/// (dense layers, mean over the set, dense layers) and a linear layer to the summaries.
/// </summary>
/// <remarks>
/// For sets of varying size (<see cref="VaryingSet"/>) the mean is over the members alone, and the logarithm of one more than their number
/// is joined to it, as a mean does not tell of how many. Such sets go through libtorch's operations on the CPU too, others through vector
/// code where there is some.
/// </remarks>
public sealed class DeepSet : SummaryNetwork
{
    private readonly ModuleList<EquivariantModule> equivariant = [];
    private readonly InvariantModule invariant;
    private readonly Dense last;
    private readonly bool _varying;
    private readonly VectorSetDispatch? _vectors;

    /// <summary>A network for sets of vectors of length <paramref name="features"/>.</summary>
    /// <param name="features">F, the length of one member of the set.</param>
    /// <param name="settings">Widths.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="varying">Whether the sets have lengths of their own.</param>
    public DeepSet(long features, DeepSetSettings settings, RandomSource random, bool varying = false)
        : base(nameof(DeepSet))
    {
        ArgumentNullException.ThrowIfNull(settings);
        _varying = varying;
        long width = features;
        for (int i = 0; i < settings.EquivariantModules; i++)
        {
            equivariant.Add(new EquivariantModule(width, settings, random, varying));
            width = settings.Units;
        }

        invariant = new InvariantModule(width, settings, random, varying);
        last = new Dense(settings.Units, settings.Outputs, random);
        Outputs = settings.Outputs;
        _vectors = varying
            ? null
            : new VectorSetDispatch((int)features, settings, [.. equivariant.SelectMany(m => m.Layers), .. invariant.Layers, last]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override long Outputs { get; }

    /// <inheritdoc/>
    /// <remarks>The observation is one tensor [B, N, F], with the lengths [B, 1] beside it where they vary.</remarks>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(pass);
        (Tensor set, Members? members) = _varying ? Varying(x) : (x.Sole, null);
        if (UsesVectors(set, pass))
        {
            return _vectors!.Apply(set);
        }

        foreach (EquivariantModule module in equivariant)
        {
            set = module.Apply(set, members, pass);
        }

        return last.Apply(invariant.Apply(set, members, pass));
    }

    /// <summary>Whether a pass goes through vector code.</summary>
    /// <param name="set">[B, N, F].</param>
    /// <param name="pass">The pass.</param>
    internal bool UsesVectors(Tensor set, ForwardPass pass) => _vectors?.Accepts(set, pass) == true;

    private static (Tensor Set, Members Members) Varying(Observation x)
    {
        string name = x.Parts.Keys.First(n => VaryingSet.Is(x.Parts, n));
        Tensor set = x[name], lengths = x[VaryingSet.LengthOf(name)];
        Tensor mask = VaryingSet.Mask(lengths, set.shape[1]).unsqueeze(2).to(set.dtype);
        return (VaryingSet.Cleared(set, lengths), new Members(mask, lengths.clamp_min(Scalars.One).reciprocal(), lengths.log1p()));
    }

    /// <summary>Which places of a batch of sets have members.</summary>
    /// <param name="Mask">1 where there is one and 0 elsewhere, [B, N, 1].</param>
    /// <param name="Share">One over their number, and 1 of an empty set, [B, 1].</param>
    /// <param name="LogSize">Logarithm of one more than their number, [B, 1].</param>
    private sealed record Members(Tensor Mask, Tensor Share, Tensor LogSize);

    /// <summary>Dense layers, mean over the set, dense layers: [B, N, F] to [B, units].</summary>
    private sealed class InvariantModule : Network
    {
        private readonly DenseLayers member;
        private readonly DenseLayers pooled;

        public InvariantModule(long features, DeepSetSettings settings, RandomSource random, bool varying)
            : base(nameof(InvariantModule))
        {
            member = new DenseLayers(features, settings.Units, settings.Layers, random);
            pooled = new DenseLayers(settings.Units + (varying ? 1 : 0), settings.Units, settings.Layers, random);
            RegisterComponents();
        }

        public IEnumerable<Dense> Layers => member.Layers.Concat(pooled.Layers);

        public Tensor Apply(Tensor set, Members? members, ForwardPass pass)
        {
            Tensor each = member.Apply(set, pass);
            Tensor mean = members is null
                ? each.mean([1])
                : cat([(each * members.Mask).sum(1) * members.Share, members.LogSize], 1);
            return pooled.Apply(mean, pass);
        }
    }

    /// <summary>Every member is joined with the set's invariant summary and passed on: [B, N, F] to [B, N, units].</summary>
    private sealed class EquivariantModule : Network
    {
        private readonly InvariantModule context;
        private readonly DenseLayers joined;

        public EquivariantModule(long features, DeepSetSettings settings, RandomSource random, bool varying)
            : base(nameof(EquivariantModule))
        {
            context = new InvariantModule(features, settings, random, varying);
            joined = new DenseLayers(features + settings.Units, settings.Units, settings.Layers, random);
            RegisterComponents();
        }

        public IEnumerable<Dense> Layers => context.Layers.Concat(joined.Layers);

        public Tensor Apply(Tensor set, Members? members, ForwardPass pass)
        {
            Tensor summary = context.Apply(set, members, pass).unsqueeze(1).expand(-1, set.shape[1], -1);
            return joined.Apply(cat([set, summary], 2), pass);
        }
    }
}
