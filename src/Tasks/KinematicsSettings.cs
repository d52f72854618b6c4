using Reproduce.Compute;

namespace Reproduce.Tasks;

/// <summary>Experiment 3, inverse kinematics of an arm with three joints (<see cref="KinematicsTask"/>); there is nothing to set.</summary>
public sealed record KinematicsSettings : TaskSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => KinematicsTask.Kind;

    /// <inheritdoc/>
    public override int? ObservationLength => 2;

    /// <inheritdoc/>
    public override ITask Create() => new KinematicsTask();
}
