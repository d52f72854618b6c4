namespace Reproduce.Runner.Engines;

/// <summary>What the open jobs of a stage take, as far as finished jobs tell.</summary>
/// <param name="Stage">One of <see cref="SubmissionStages"/>.</param>
/// <param name="Elements">Elements of arrays.</param>
/// <param name="Jobs">Open jobs.</param>
/// <param name="Cpus">Cores of all elements together, if all run at once.</param>
/// <param name="CoreHours">Time on one core of those jobs of which it is known.</param>
/// <param name="LongestHours">Wall time of the longest element.</param>
/// <param name="Unknown">Jobs of which nothing is known: none like them has been run.</param>
/// <param name="MemoryBytes">The largest memory of a finished job of the stage; 0 when there is none.</param>
/// <param name="DiskBytes">Size of the results of those jobs of which it is known.</param>
public sealed record StageCapacity(
    string Stage, int Elements, int Jobs, int Cpus, double CoreHours, double LongestHours, int Unknown, long MemoryBytes, double DiskBytes);
