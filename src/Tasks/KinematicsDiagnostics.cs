namespace Reproduce.Tasks;

/// <summary>How the exact reference draws of one observation of <see cref="KinematicsTask"/> came about.</summary>
/// <param name="Draws">Accepted draws; they are independent, so this is also their effective number.</param>
/// <param name="Proposals">Proposals that they cost.</param>
/// <param name="ProposalEffectiveSize">
/// (sum w)^2 / sum w^2 over the weights of all proposals: what importance sampling from the same proposals would be worth.
/// </param>
/// <param name="LargestWeight">The largest density relative to the envelope that was met; at most 1.</param>
/// <param name="LogEvidence">log p(x), from the same grid (trapezoidal rule).</param>
public sealed record KinematicsDiagnostics(
    int Draws, long Proposals, double ProposalEffectiveSize, double LargestWeight, double LogEvidence);
