using NUnit.Framework;
using Reproduce.Tasks.External;
using Reproduce.Tests.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.External;

/// <summary>Chunks of simulations on disk.</summary>
public sealed class ExternalChunkFileTests
{
    /// <summary>A chunk whose rows failed is made again, of other parameters, and all of it is good.</summary>
    [Test]
    public void FailuresOfAnOlderChunkAreForgotten()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        ExternalChunkFile file = new(folder.Path, 3);
        Dictionary<string, Tensor> arrays = new() { ["y"] = ones(2, 1) };
        file.Write(zeros(2, 1), arrays, [(1, "it crashed")]);
        List<(int Row, string Reason)> before = [], after = [];

        file.Read(zeros(2, 1), before);
        file.Write(ones(2, 1), arrays, []);
        Dictionary<string, Tensor>? read = file.Read(ones(2, 1), after);

        Assert.That(before, Is.EqualTo(new[] { (1, "it crashed") }));
        Assert.That(read, Is.Not.Null);
        Assert.That(after, Is.Empty);
        read!.Values.ToList().ForEach(t => t.Dispose());
    }
}
