using Reproduce.Compute;

namespace Reproduce.Tasks.Tumor;

/// <summary>Experiment 5, tumour spheroid growth (<see cref="TumorSpheroidTask"/>); there is nothing to set.</summary>
public sealed record TumorSpheroidSettings : TaskSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => TumorSpheroidTask.Kind;

    /// <inheritdoc/>
    public override ITask Create() => new TumorSpheroidTask();
}
