using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>All draws of a job, and what they took.</summary>
/// <param name="Theta">float32, [J, S, D], on the CPU.</param>
/// <param name="Spent">
/// The time that they took in all runs: of one that was stopped, up to its last finished pass; of one that was killed, up to what it had
/// written last.
/// </param>
/// <param name="Earlier">The part of it that earlier runs took.</param>
public sealed record FinishedDraws(Tensor Theta, TimeSpan Spent, TimeSpan Earlier);
