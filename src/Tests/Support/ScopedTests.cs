using NUnit.Framework;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Support;

/// <summary>Tests that make tensors: what a test leaves behind is freed when it ends.</summary>
public abstract class ScopedTests
{
    private DisposeScope? _scope;

    /// <summary>Before anything that a test sets up.</summary>
    [SetUp]
    public void OpenScope() => _scope = NewDisposeScope();

    /// <summary>Behind everything that a test tears down.</summary>
    [TearDown]
    public void CloseScope() => _scope?.Dispose();
}
