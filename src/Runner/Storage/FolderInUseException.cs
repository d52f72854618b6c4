namespace Reproduce.Runner.Storage;

/// <summary>Another run uses the results folder. The message is one sentence.</summary>
/// <param name="message">The sentence.</param>
public sealed class FolderInUseException(string message) : Exception(message);
