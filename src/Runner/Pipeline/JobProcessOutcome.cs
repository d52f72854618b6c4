namespace Reproduce.Runner.Pipeline;

/// <summary>How a job that ran in a process of its own ended.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Errors">What it wrote on its error output.</param>
public sealed record JobProcessOutcome(int ExitCode, string Errors)
{
    /// <summary>The first line of the errors: an exception's message without its stack.</summary>
    public string Message => Errors.Split('\n', 2)[0].Trim();
}
