using NUnit.Framework;
using Reproduce.Compute;

namespace Reproduce.Tests.Support;

/// <summary>Tests that draw numbers: every test begins with the same stream.</summary>
/// <param name="key">Of the stream.</param>
public abstract class SeededTests(RandomKey key) : ScopedTests
{
    private RandomSource? _random;

    /// <summary>The stream.</summary>
    protected RandomSource Random => _random!;

    /// <summary>Begins the stream.</summary>
    [SetUp]
    public void OpenStream() => _random = new RandomSource(key);

    /// <summary>Ends it.</summary>
    [TearDown]
    public void CloseStream() => _random?.Dispose();
}
