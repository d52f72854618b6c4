namespace Reproduce.Tasks.External;

/// <summary>A simulator of the user's cannot be used: it does not start, or nothing that it was asked for has worked.</summary>
/// <param name="message">What is wrong.</param>
public sealed class ExternalSimulatorException(string message) : InvalidOperationException(message);
