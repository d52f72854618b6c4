namespace Reproduce.Tasks;

/// <summary>A simulation without a result.</summary>
/// <param name="Row">Its row in the batch.</param>
/// <param name="Reason">What went wrong, with its parameters.</param>
public sealed record FailedSimulation(long Row, string Reason);
