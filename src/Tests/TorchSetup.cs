using NUnit.Framework;
using Reproduce.Compute;
using TorchSharp;

namespace Reproduce.Tests;

/// <summary>Runs once before any test of the assembly: one libtorch thread, so that sums have one order and runs one result.</summary>
[SetUpFixture]
public sealed class TorchSetup
{
    [OneTimeSetUp]
    public void Prepare()
    {
        NativeBackend.EnsureLoaded();
        torch.set_num_threads(1);
    }

    [OneTimeTearDown]
    public void NothingChangedTorchBehindTheTestsBacks() => Assert.Multiple(() =>
    {
        Assert.That(torch.get_default_dtype(), Is.EqualTo(torch.ScalarType.Float32), "default dtype");
        Assert.That(torch.get_num_threads(), Is.EqualTo(1), "threads of the main thread");
        Assert.That(torch.is_grad_enabled(), Is.True, "gradients are recorded");
    });
}
