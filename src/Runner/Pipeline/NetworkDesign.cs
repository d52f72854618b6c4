using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Pipeline;

/// <summary>What a contender's networks follow from, beside the shapes of a simulation.</summary>
/// <param name="Contender">The contender's name, for messages.</param>
/// <param name="Settings">Its settings at the budget.</param>
/// <param name="Summary">The summary network.</param>
/// <param name="Key">Random numbers of the initial weights.</param>
public sealed record NetworkDesign(string Contender, ContenderSettings Settings, SummaryNetworkSettings Summary, RandomKey Key);
