namespace Reproduce.Tasks.External;

/// <summary>A worker has not answered a request as it should.</summary>
/// <param name="kind">What happened, in a few words that are counted.</param>
/// <param name="message">What happened, in a sentence.</param>
/// <param name="isAlive">Whether the worker can be asked again.</param>
internal sealed class WorkerFailureException(string kind, string message, bool isAlive) : Exception(message)
{
    /// <summary>What happened, in a few words.</summary>
    public string Kind => kind;

    /// <summary>Whether the worker can be asked again; it refused this request alone, and would do so again.</summary>
    public bool IsAlive => isAlive;
}
