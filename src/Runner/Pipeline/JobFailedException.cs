namespace Reproduce.Runner.Pipeline;

/// <summary>A job that cannot be done.</summary>
/// <param name="reason">One sentence, for the report.</param>
/// <param name="cause">What went wrong below, or null.</param>
public sealed class JobFailedException(string reason, Exception? cause = null) : Exception(reason, cause);
