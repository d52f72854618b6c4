using NUnit.Framework;

namespace Reproduce.Tests.Faults;

/// <summary>The same seed gives the same bits in every process, whatever stands beside a contender in the file.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class DeterminismTests
{
    [Test]
    public void AnotherProcessGivesTheSameBits() =>
        FaultLog.Try(9, "the same run in new processes, one training at a time and two at once", () =>
        {
            int cases = FaultLog.Cases(0, 2);
            for (int i = 0; i < cases; i++)
            {
                using TinyRun run = new();
                run.Go("--jobs", $"{i + 1}");
                Assert.That(run.Weights(), Is.EqualTo(TinyRun.Baseline.Weights()));
                Assert.That(run.Numbers(), Is.EqualTo(TinyRun.Baseline.Numbers()));
            }

            return (cases, "bit-identical weights and measurements.csv (times aside)");
        });

    [Test]
    public void OrderAndCompanyChangeNothing() => FaultLog.Try(9, "contenders in another order and another one among them", () =>
    {
        FaultLog.Cases(0, 1);
        using TinyRun run = new(TinyRun.Cmpe, TinyRun.Fmpe, TinyRun.Acf);
        run.Go();
        Dictionary<string, string> weights = run.Weights();
        Assert.That(weights, Has.Count.EqualTo(3));
        Assert.That(weights, Is.SupersetOf(TinyRun.Baseline.Weights()));
        string[] fmpe = [.. run.Numbers().Where(r => r.Contains(",fmpe,", StringComparison.Ordinal))];
        Assert.That(fmpe, Is.Not.Empty);
        Assert.That(run.Numbers().Except(fmpe), Is.EqualTo(TinyRun.Baseline.Numbers()));
        return (1, "bit-identical weights and rows of the contenders that were there before");
    });
}
