using NUnit.Framework;
using Reproduce.Kernels;
using Reproduce.Runner.DeviceCheck;

namespace Reproduce.Tests.Runner;

/// <summary>
/// The committed arithmetic of every contender's step, from which device-check's floors follow, counted anew. Without vector code all
/// products are libtorch's; with it, those without gradients are not counted.
/// </summary>
[Category("VectorCode"), Category(FastUnlessSlowAttribute.Slow)]
public sealed class StepWorkTests
{
    private const string Table = "src/Runner/DeviceCheck/step-work.csv";

    [Test]
    public void TheTableIsThatOfTheShippedExperiments()
    {
        Assume.That(MatrixProduct.IsSupported, Is.False, "vector code computes what shall be counted: DOTNET_EnableHWIntrinsic=0");
        Assert.That(Lines(), Is.EqualTo(File.ReadAllLines(Path.Combine(Repository.Root, Table))));
    }

    [Test]
    public void TheArithmeticOfANetworkIsThatOfItsWeights()
    {
        StepWork work = StepWork.Known["two_moons/fmpe"];
        // Two parameters, two numbers of the observation and the time go in; two blocks of a layer; two numbers come out.
        const double weights = 5 * 256 + 2 * 256 * 256 + 256 * 2;
        // Forward, by weight and by input; by the network's own input nobody asks.
        Assert.That(work.OfSimulation, Is.EqualTo(2 * (3 * weights - 5 * 256)));
        Assert.That(work.OfDraw, Is.EqualTo(10 * 2 * weights));
    }

    [Test, Explicit("Rewrites a committed table; DOTNET_EnableHWIntrinsic=0")]
    public void Write()
    {
        Assume.That(MatrixProduct.IsSupported, Is.False);
        File.WriteAllLines(Path.Combine(Repository.Root, Table), Lines());
    }

    private static string[] Lines()
    {
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = Repository.Root;
            return [StepWork.Columns, .. CheckSubject.All(profile: null).Select(s => StepWork.Count(s).Line(s.Name))];
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }
}
