using NUnit.Framework;
using Reproduce.Inference.Training;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Tests.Faults;

/// <summary>A training that is stopped before its first epoch or first validation has no losses, which is no damage.</summary>
public sealed class EmptyLossesTests
{
    [Test]
    public void NoLossesAreWrittenAndRead()
    {
        using IDisposable scope = NewDisposeScope();

        LossHistory read = CheckpointFile.FromArrays(CheckpointFile.ToArrays(new LossHistory()));

        Assert.That(read.Training, Is.Empty);
        Assert.That(read.Validation, Is.Empty);
    }
}
