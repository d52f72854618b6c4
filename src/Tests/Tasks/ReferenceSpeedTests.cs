using System.Diagnostics;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks;

/// <summary>Prints how fast the exact references are: 100 data sets of 4000 draws, as every experiment needs them.</summary>
[Explicit("a measurement, not a check")]
public sealed class ReferenceSpeedTests
{
    [Test]
    public void GaussianMixture() => Measure(new GaussianMixtureTask());

    [Test]
    public void TwoMoons() => Measure(new TwoMoonsTask());

    [Test]
    public void Kinematics()
    {
        Measure(new KinematicsTask());
        using DisposeScope scope = NewDisposeScope();
        foreach ((double x1, double x2) in ((double, double)[])[(0, 1.5), (1.0, 1.4), (-0.2, 1.98)])
        {
            Observation x = new(tensor([(float)x1, (float)x2]).unsqueeze(0));
            TestContext.Out.WriteLine($"x = ({x1}, {x2}): {KinematicsTask.SampleWithDiagnostics(x, 4000, default).Diagnostics[0]}");
        }
    }

    private static void Measure<T>(T task)
        where T : ITask, IReferencePosterior
    {
        const int Sets = 100, Draws = 4000;
        using DisposeScope scope = NewDisposeScope();
        (_, Observation x) = TaskAssert.Simulate(task, Sets, 1);
        task.Sample(x.Narrow(0, 5), Draws, default);
        double best = double.PositiveInfinity;
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            task.Sample(x, Draws, RandomKey.FromSeed(repeat)).Dispose();
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        TestContext.Out.WriteLine($"{task.Name}: {Sets} x {Draws} draws in {best:F3} s, {Sets * Draws / best:E2} per second");
    }
}
