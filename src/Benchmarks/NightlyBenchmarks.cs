namespace Reproduce.Benchmarks;

/// <summary>
/// What the nightly measures: a training step of every contender, draws, C2ST. Each class has a floor beside its methods, the method
/// whose name begins with "Libtorch", so that times of different machines and noisy nights can be compared as ratios.
/// </summary>
internal static class NightlyBenchmarks
{
    /// <summary>The category: --anyCategories Nightly.</summary>
    internal const string Category = "Nightly";

    /// <summary>The quick ones among them, to try the nightly's whole way.</summary>
    internal const string SmokeCategory = "NightlySmoke";
}
