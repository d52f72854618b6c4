namespace Reproduce.Reporting;

/// <summary>
/// What a row of a table or a point of a figure stands for: a contender, trained on a budget, sampled with a number of steps.
/// </summary>
/// <param name="Contender">Name of the contender, such as "cmpe".</param>
/// <param name="Budget">Number of training simulations.</param>
/// <param name="Steps">Sampling steps (network passes); 1 for flows.</param>
public sealed record Setting(string Contender, int Budget, int Steps);
