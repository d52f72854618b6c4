using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Runner.DeviceCheck;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>
/// libtorch's operations in a training step of every contender of the five experiments, backward pass and optimiser included, as a device
/// is given them: about the kernels that a GPU's host launches, by which small networks' time goes. Counted on the meta device, which
/// takes the same way as a GPU, with networks of the paper's size.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class StepOperationsTests
{
    // Two of them, three with NPSE, draw random numbers on the host. A gradient of the spline has no meta kernel: "nsf" is counted on the
    // CPU, with libtorch's operations. Convolutions and normalisation have none either, so that "denoising" and "tumor" are not here.
    private static readonly Dictionary<string, int> s_written = new()
    {
        ["gmm/acf"] = 758,
        ["gmm/nsf"] = 1832,
        ["gmm/fmpe"] = 175,
        ["gmm/cmpe"] = 183,
        ["gmm/cmpe-shared-mask"] = 181,
        ["gmm/npse"] = 193,
        ["gmm/ect"] = 195,
        ["two_moons/acf"] = 935,
        ["two_moons/nsf"] = 2492,
        ["two_moons/fmpe"] = 54,
        ["two_moons/cmpe"] = 61,
        ["two_moons/cmpe-shared-mask"] = 59,
        ["two_moons/npse"] = 72,
        ["two_moons/ect"] = 74,
        ["kinematics/acf"] = 935,
        ["kinematics/nsf"] = 2492,
        ["kinematics/fmpe"] = 54,
        ["kinematics/cmpe"] = 61,
        ["kinematics/cmpe-shared-mask"] = 59,
        ["kinematics/npse"] = 72,
        ["kinematics/ect"] = 74,
    };

    [Test]
    public void EveryStepHasTheOperationsThatAreWrittenDown()
    {
        Assume.That(OperationCount.IsSupported, "libtorch has no such callback here.");
        string before = Environment.CurrentDirectory;
        Dictionary<string, long> counts = [];
        try
        {
            Environment.CurrentDirectory = Repository.Root;
            foreach (CheckSubject subject in CheckSubject.All(profile: null).Where(s => s_written.ContainsKey(s.Name)))
            {
                counts[subject.Name] = Count(subject, subject.Job.Contender == "nsf" ? CPU : META);
            }
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        TestContext.Out.WriteLine(string.Join(Environment.NewLine, counts.Select(c => $"[\"{c.Key}\"] = {c.Value},")));
        Assert.That(counts, Is.EquivalentTo(s_written.ToDictionary(c => c.Key, c => (long)c.Value)));
    }

    private static long Count(CheckSubject subject, Device device)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = subject.Create(device);
        using Trainer trainer = subject.Whole(Comparison.Plain(estimator, device));
        using Simulations batch = subject.FullBatch(device);
        trainer.Rehearse(batch, 2); // The second knows which masks the first wanted.
        return Speed.OperationsOf(trainer, batch);
    }
}
