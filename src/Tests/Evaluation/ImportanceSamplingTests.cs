using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>
/// Importance weights: by hand, for shifted Gaussians in closed form, and with the prior as proposal on the tasks with known evidence.
/// </summary>
[TestFixture]
public sealed class ImportanceSamplingTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(83);

    [Test]
    public void WeightsByHand()
    {
        using IDisposable scope = NewDisposeScope();
        // Weights 1, 3, 0 and 5, 5, 5: (4^2 / 10) / 3 and all of the draws; means 4/3 and 5.
        Tensor target = tensor(new[,] { { 0, Math.Log(6), double.NegativeInfinity }, { Math.Log(5), Math.Log(10), Math.Log(5) } });
        Tensor proposal = tensor(new[,] { { 0, Math.Log(2), 7 }, { 0, Math.Log(2), 0 } });
        using ImportanceResult found = ImportanceSampling.Weigh(target, proposal);
        Assert.Multiple(() =>
        {
            Assert.That(found.EffectiveShare, Is.EqualTo(new[] { 1.6 / 3, 1 }).Within(1e-12));
            Assert.That(found.LogEvidence, Is.EqualTo(new[] { Math.Log(4.0 / 3), Math.Log(5) }).Within(1e-12));
            Assert.That(
                found.Weights.data<double>().ToArray(),
                Is.EqualTo(new[] { 0.25, 0.75, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3 }).Within(1e-12)
            );

            // Sample variance of (1, 3, 0) is 7/3, so the mean's error is sqrt(7/9), over the mean 4/3.
            Assert.That(found.LogEvidenceError, Is.EqualTo(new[] { Math.Sqrt(7.0 / 9) / (4.0 / 3), 0 }).Within(1e-7));
        });
    }

    [TestCase(0.3)]
    [TestCase(0.8)]
    public void ShiftedGaussiansHaveTheirKnownEfficiency(double shift)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        const int sets = 20, draws = 20_000;
        Tensor theta = random.Normal([sets, draws], dtype: ScalarType.Float64);
        Tensor target = (theta - shift).square() * -0.5 + 4;
        using ImportanceResult found = ImportanceSampling.Weigh(target, theta.square() * -0.5 - 0.5 * Math.Log(2 * Math.PI));

        // E[w^2] / E[w]^2 = exp(shift^2); the integral is e^4 sqrt(2 pi). Predicted errors are those that are made.
        double exact = 4 + 0.5 * Math.Log(2 * Math.PI);
        double error = Math.Sqrt((Math.Exp(shift * shift) - 1) / draws);
        Assert.Multiple(() =>
        {
            Assert.That(found.EffectiveShare.Average(), Is.EqualTo(Math.Exp(-shift * shift)).Within(0.01));
            Assert.That(found.LogEvidence.Average(), Is.EqualTo(exact).Within(5 * error / Math.Sqrt(sets)));
            Assert.That(found.LogEvidenceError.Average(), Is.EqualTo(error).Within(10).Percent);
            // Twenty standardised errors: a chi-square of 20 lies in 20 +- 20 in all but one of a thousand seeds.
            Assert.That(found.LogEvidence.Sum(e => Math.Pow((e - exact) / error, 2)), Is.InRange(4, 46));
        });
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ThePriorAsProposalFindsTheEvidenceOfTheTasks([Values("gmm", "two moons")] string name)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key.Child(name));
        ITask task = name == "gmm" ? new GaussianMixtureTask() : new TwoMoonsTask();
        Tensor truth = task.SamplePrior(5, random);
        using Observation x = task.Simulate(truth, random);
        const int draws = 200_000;
        Tensor theta = task.SamplePrior(5 * draws, random).reshape(5, draws, 2);

        // The prior's density written out again here.
        Tensor prior = name == "gmm"
            ? theta.to(ScalarType.Float64).square().sum(2) * -0.5 - Math.Log(2 * Math.PI)
            : full([5, draws], Math.Log(0.25), dtype: ScalarType.Float64);
        using ImportanceResult found = ImportanceSampling.Weigh(((IJointDensity)task).LogJoint(theta, x), prior);
        double[] exact = ((IEvidence)task).LogEvidence(x).data<double>().ToArray();
        for (int j = 0; j < 5; j++)
        {
            Assert.That(found.LogEvidenceError[j], Is.LessThan(0.05));
            Assert.That(found.LogEvidence[j], Is.EqualTo(exact[j]).Within(5 * found.LogEvidenceError[j]), $"set {j}");
        }
    }

    [Test]
    public void ResamplingRepeatsDrawsInProportionToTheirWeights()
    {
        using IDisposable scope = NewDisposeScope();
        double[] weights = [0.1, 0, 0.35, 0.55, 0.5, 0.5, 0, 0];
        Tensor draws = arange(16, dtype: ScalarType.Float32).reshape(2, 4, 2);
        (Tensor made, double[] distinct) = ImportanceSampling.Resample(draws, tensor(weights).reshape(2, 4), 100, s_key);
        float[] first = made.select(2, 0).flatten().data<float>().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(made.select(2, 1).sub(made.select(2, 0)).eq(1).all().item<bool>(), "rows stay together");
            for (int i = 0; i < 8; i++)
            {
                // Draw i of all eight starts with the number 2 i; 100 w is whole here, up to the rounding of a cumulative sum.
                Assert.That(first.Count(f => f == 2 * i), Is.EqualTo(100 * weights[i]).Within(1), $"draw {i}");
                Assert.That(weights[i] > 0 || !first.Contains(2 * i), $"draw {i} is impossible");
            }

            Assert.That(distinct, Is.EqualTo(new[] { 0.03, 0.02 }).Within(1e-12));
        });
    }

    [Test]
    public void ResampledDrawsFollowTheTarget()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key.Child("target"));
        Tensor theta = random.Normal([1, 100_000, 1], dtype: ScalarType.Float64) * 2;
        Tensor flat = theta.select(2, 0);
        using ImportanceResult weighed = ImportanceSampling.Weigh((flat - 1).square() * -2, (flat / 2).square() * -0.5);
        (Tensor made, _) = ImportanceSampling.Resample(theta, weighed.Weights, 10_000, s_key);

        // Target N(1, 1/4): five standard errors of 10,000 draws.
        Assert.That(made.mean().item<double>(), Is.EqualTo(1).Within(5 * 0.5 / 100));
        Assert.That(made.std().item<double>(), Is.EqualTo(0.5).Within(5 * 0.5 / Math.Sqrt(20_000)));
    }

    [Test]
    public void SetsWithoutAPossibleDrawHaveNoEffectiveDrawsAndCannotBeResampled()
    {
        using IDisposable scope = NewDisposeScope();
        using ImportanceResult found = ImportanceSampling.Weigh(
            full([1, 3], double.NegativeInfinity, dtype: ScalarType.Float64),
            zeros([1, 3])
        );
        Assert.Multiple(() =>
        {
            Assert.That(found.EffectiveShare, Is.EqualTo(new[] { 0.0 }));
            Assert.That(found.LogEvidence, Is.EqualTo(new[] { double.NegativeInfinity }));
            Assert.That(() => ImportanceSampling.Resample(zeros([1, 3, 2]), found.Weights, 5, s_key), Throws.ArgumentException);
        });
    }

    [Test]
    public void WrongInputIsNamed()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor nothing = full([1, 2], double.NaN, dtype: ScalarType.Float64);
        Assert.That(
            () => ImportanceSampling.Weigh(zeros([1, 2]), zeros([2, 1])),
            Throws.ArgumentException.With.Message.Contains("expected [1, 2], got [2, 1]")
        );
        Assert.That(() => ImportanceSampling.Weigh(zeros([1, 2]), nothing), Throws.ArgumentException.With.Message.Contains("not a number"));
        Assert.That(
            () => ImportanceSampling.Resample(zeros([1, 3, 2]), zeros([1, 2]), 5, s_key),
            Throws.ArgumentException.With.Message.Contains("expected [1, 3]")
        );
    }
}
