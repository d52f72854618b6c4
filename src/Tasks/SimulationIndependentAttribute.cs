namespace Reproduce.Tasks;

/// <summary>
/// A setting of a task that its simulations do not depend on; it may decide the reference posterior, or where data are found.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SimulationIndependentAttribute : Attribute;
