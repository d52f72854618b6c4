using Reproduce.Evaluation;
using Reproduce.Reporting;

namespace Reproduce.Runner.Inferring;

/// <summary>A posterior predictive check.</summary>
/// <param name="Statistics">Statistics of the observation beside those of the simulations.</param>
/// <param name="Series">Its series beside theirs.</param>
/// <param name="Note">Why there is none, or how many simulations failed; null when there is nothing to say.</param>
internal sealed record Predicted(IReadOnlyList<PredictiveStatistic> Statistics, IReadOnlyList<PredictivePanel> Series, string? Note);
