using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>The exact posteriors of the low-dimensional tasks pass simulation-based calibration as an estimator would have to.</summary>
[TestFixture]
public sealed class ExactPosteriorTests
{
    private const int Sets = 200, Draws = 200;
    private static readonly RandomKey s_key = RandomKey.FromSeed(17);

    private static IReferencePosterior[] Tasks => [new GaussianMixtureTask(), new TwoMoonsTask(), new KinematicsTask()];

    [TestCaseSource(nameof(Tasks))]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void RanksStayWithinTheBandsAndErrorsAreSmall(IReferencePosterior posterior)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        var task = (ITask)posterior;
        Tensor truth = task.SamplePrior(Sets, random);
        using Observation x = task.Simulate(truth, random);
        Tensor draws = posterior.Sample(x, Draws, s_key.Child("posterior"));
        // Up to four parameters a task: at 99.9% a correct posterior leaves the bands in fewer than one of 250 seeds.
        EcdfBands bands = SimultaneousBands.Compute(Sets, s_key.Child("bands"), 0.999, Draws, simulations: 4000);
        CalibrationError error = Calibration.ExpectedCalibrationError(draws, truth);
        Assert.Multiple(() =>
        {
            Assert.That(Calibration.Ranks(draws, truth, s_key).Select(r => bands.Contains(r)), Is.All.True);
            // The median of |frequency - level| over 200 data sets; one frequency has a standard error of at most 0.035.
            Assert.That(error.Max, Is.LessThan(0.07));
        });
    }
}
