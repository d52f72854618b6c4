namespace Reproduce.Tasks.Tumor;

/// <summary>Experiment 5, tumour spheroid growth (<see cref="TumorSpheroidTask"/>); there is nothing to set.</summary>
public sealed record TumorSpheroidSettings : TaskSettings
{
    /// <inheritdoc/>
    public override ITask Create() => new TumorSpheroidTask();
}
