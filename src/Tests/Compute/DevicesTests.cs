using NUnit.Framework;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

public sealed class DevicesTests
{
    [TestCase("auto", true)]
    [TestCase("cpu", true)]
    [TestCase("cuda", true)]
    [TestCase("cuda:12", true)]
    [TestCase("cuda:", false)]
    [TestCase("cuda:-1", false)]
    [TestCase("cuda: 1", false)]
    [TestCase("cuda:+1", false)]
    [TestCase("CPU", false)]
    [TestCase("gpu", false)]
    [TestCase("", false)]
    public void FormIsChecked(string name, bool valid) => Assert.That(Devices.IsValid(name), Is.EqualTo(valid));

    [Test]
    public void CpuIsTheCpu() => Assert.That(Devices.Parse("cpu").type, Is.EqualTo(DeviceType.CPU));

    [Test]
    public void AutoTakesAGpuOnlyWhereThereIsOne() =>
        Assert.That(Devices.Parse("auto").type, Is.EqualTo(cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU));

    [Test]
    public void AnotherFormIsSaid() => Assert.That(() => Devices.Parse("gpu0"),
        Throws.ArgumentException.With.Message.Contains("device: expected auto, cpu, cuda or cuda:N, got 'gpu0'."));

    [Test]
    public void AMissingGpuIsSaidWithWhatToDo() => Assert.That(() => Devices.Parse("cuda:4095"),
        Throws.ArgumentException.With.Message.Contains("'cuda:4095' is not available").And.Message.Contains("-p:TorchBackend=cuda"));
}
