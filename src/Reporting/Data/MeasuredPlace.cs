namespace Reproduce.Reporting;

/// <summary>A set of draws that numbers belong to: one training with its sampling steps.</summary>
/// <param name="Contender">Name of the contender; "reference" for the floor of a metric.</param>
/// <param name="Budget">Number of training simulations.</param>
/// <param name="Replicate">Which of the replicated trainings, from 0.</param>
/// <param name="Steps">Sampling steps (network passes); 1 for flows.</param>
public readonly record struct MeasuredPlace(string Contender, int Budget, int Replicate, int Steps);
