using Reproduce.Compute;

namespace Reproduce.Tasks;

/// <summary>Settings of <see cref="TwoMoonsTask"/>; the defaults are the paper's.</summary>
public sealed record TwoMoonsSettings : TaskSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => TwoMoonsTask.Kind;

    /// <summary>
    /// True: reference draws are those of the posterior, inside the prior's box. False: as the published scripts draw them, with
    /// draws outside of the box and of the infeasible branch kept.
    /// </summary>
    [SimulationIndependent]
    public bool TruncateReference { get; init; } = true;

    /// <inheritdoc/>
    public override int? ObservationLength => 2;

    /// <inheritdoc/>
    public override ITask Create() => new TwoMoonsTask(this);
}
