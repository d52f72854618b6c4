namespace Reproduce.Inference.Training;

/// <summary>Where a training stands, for a progress display.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="TotalSteps">Optimiser steps of the whole training.</param>
/// <param name="Loss">Mean loss of the last finished epoch.</param>
public readonly record struct TrainingProgress(long Step, long TotalSteps, double Loss);
