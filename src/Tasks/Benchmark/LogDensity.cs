namespace Reproduce.Tasks.Benchmark;

/// <summary>The logarithm of a density, up to a number that is the same everywhere.</summary>
/// <param name="theta">D numbers.</param>
internal delegate double LogDensity(ReadOnlySpan<double> theta);
