namespace Reproduce.Runner.Engines;

/// <summary>An element of an array in Slurm's queue.</summary>
/// <param name="Array">Number of the array.</param>
/// <param name="Index">Index of the element.</param>
/// <param name="State">Its state in capitals, such as PENDING or RUNNING.</param>
/// <param name="Reason">Why it waits, or where it runs.</param>
public sealed record QueuedElement(string Array, int Index, string State, string Reason)
{
    /// <summary>Whether it is at work, or just being put away.</summary>
    public bool IsRunning => State is "RUNNING" or "COMPLETING" or "CONFIGURING" or "SUSPENDED" or "STOPPED";
}
