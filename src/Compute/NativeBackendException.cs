namespace Reproduce.Compute;

/// <summary>TorchSharp's native library cannot be loaded.</summary>
public sealed class NativeBackendException(string message) : Exception(message);
