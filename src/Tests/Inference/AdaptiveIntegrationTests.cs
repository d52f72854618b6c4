using System.ComponentModel.DataAnnotations;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Adaptive draws: orders of the methods, tolerances, passes, and moments, on a Gaussian whose paths are known.</summary>
public sealed class AdaptiveIntegrationTests
{
    private const int Many = 100_000;
    private static readonly RandomKey s_key = RandomKey.FromSeed(101);

    // d theta / dt = theta cos 2t: half the width divides a step's own error by 2^6, and that of fourth order, by which it is told, by 2^5,
    // up to the next order's terms.
    [Test]
    public void AStepOfDormandAndPrinceIsOfFifthOrderAndItsErrorOfFourth()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, time) => theta * (time * 2).cos());
        using FlowMatchingPosterior field = Flow(network, null);
        (double error, double told) wide = Errors(0.1), narrow = Errors(0.05);
        Assert.That(Math.Log2(wide.error / narrow.error), Is.EqualTo(6).Within(0.5));
        Assert.That(Math.Log2(wide.told / narrow.told), Is.EqualTo(5).Within(0.5));

        (double Error, double Told) Errors(double h)
        {
            using DormandPrince method = new(field);
            Tensor start = Numbers(1.7, 2), time = Numbers(0.7, 1), condition = Numbers(0, 2);
            method.Begin(start, time, condition);
            (Tensor next, Tensor error) = method.Attempt(start, time, Numbers(h, 1), condition, tensor(new long[] { 0 }));
            double exact = 1.7 * Math.Exp((Math.Sin(1.4 + 2 * h) - Math.Sin(1.4)) / 2);
            return (Math.Abs(next.Numbers()[0] - exact), Math.Abs(error.Numbers()[0]));
        }
    }

    [Test]
    public void TheToleranceDecidesErrorAndPassesOfFlowMatching()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        Tensor z = random.Normal([40, 2], dtype: ScalarType.Float64);
        double[] exact = [.. z.Numbers().Select(v => Path(v, 0, 1))];
        List<double> passes = [];
        foreach (double tolerance in new[] { 1e-2, 1e-4, 1e-6, 1e-8 })
        {
            using FormulaNetwork network = new(GaussianFlow.MatchingVelocity);
            using FlowMatchingPosterior posterior = Flow(network, tolerance);
            using GivenNoise noise = new(z);
            double[] drawn = posterior.Draw(zeros([40, 2], dtype: ScalarType.Float64), noise, Many).Numbers();

            // A dozen steps, each within the tolerance times 1 + |theta|, and a field that does not draw paths apart.
            Assert.That(drawn, Is.EqualTo(exact).Within(50 * tolerance));
            passes.Add(PassesOf(network, 40));
        }

        Assert.That(passes, Is.Ordered.Ascending);
        // Fifth order: a hundredth of the error takes 100^(1/5) = 2.5 times the steps; rejected ones count too.
        Assert.That(passes[3] / passes[2], Is.InRange(1.8, 3.2));
    }

    [Test]
    public void TheSameHoldsForTheOdeOfADiffusionModel()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        Tensor z = random.Normal([40, 2], dtype: ScalarType.Float64);
        using FormulaNetwork network = new(GaussianFlow.ScoreNetwork);
        using ScorePosterior posterior = Diffusion(network, OdeSolver.DormandPrince, 1e-6);
        using GivenNoise noise = new(z);
        Tensor drawn = posterior.Draw(zeros([40, 2], dtype: ScalarType.Float64), noise, Many);
        Assert.That(drawn.Numbers(), Is.EqualTo(GaussianFlow.Solution(z * 10, 10).Numbers()).Within(1e-4));
        Assert.That(PassesOf(network, 40), Is.LessThan(400));
    }

    [Test]
    public void ADrawDoesNotDependOnThoseBesideIt()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        Tensor z = random.Normal([20, 2], dtype: ScalarType.Float64);
        double[] together = Draw(z), alone = Draw(z.narrow(0, 0, 7));
        Assert.That(alone, Is.EqualTo(together[..14]).Within(1e-12));

        double[] Draw(Tensor given)
        {
            using FormulaNetwork network = new(GaussianFlow.ScoreNetwork);
            using ScorePosterior posterior = Diffusion(network, OdeSolver.DormandPrince, 0.05);
            using GivenNoise noise = new(given);
            return posterior.Draw(zeros([given.shape[0], 2], dtype: ScalarType.Float64), noise, 300).Numbers();
        }
    }

    // A velocity of 1 shows the time at which the integration ends.
    [TestCase(FlowMatchingSettings.FewestAdaptivePasses)]
    [TestCase(12)]
    [TestCase(13)]
    [TestCase(50)]
    public void ADrawNeverTakesMorePassesThanItMayAndStillArrives(int most)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork steady = new((theta, _, _) => ones_like(theta));
        using FlowMatchingPosterior arrives = Flow(steady, 1e-3);
        using GivenNoise zero = new(zeros([5, 2]));
        Assert.That(arrives.Draw(zeros([5, 2]), zero, most).Numbers(), Has.All.EqualTo(1).Within(1e-5));
        Assert.That(PassesOf(steady, 5), Is.LessThanOrEqualTo(most));

        using FormulaNetwork wild = new((theta, _, time) => (theta * 50 + time * 300).sin() * 100);
        using FlowMatchingPosterior refused = Flow(wild, 1e-9);
        using GivenNoise noise = new(ones([5, 2]));
        refused.Draw(zeros([5, 2]), noise, most);
        Assert.That(PassesOf(wild, 5), Is.InRange(most - 6, most));
    }

    [Test]
    public void TooFewPassesForAStepAreRefused()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using FlowMatchingPosterior posterior = Flow(network, 1e-3);
        using GivenNoise noise = new(zeros([5, 2]));
        Assert.That(
            () => posterior.Draw(zeros([5, 2]), noise, FlowMatchingSettings.FewestAdaptivePasses - 1),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void RowsThroughANetworkAreCounted()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ResidualMlp network = new(2, 2, new() { Units = 8 }, random);
        using FlowMatchingPosterior posterior = Flow(network, 0.01);
        using GivenNoise noise = new(random.Normal([9, 2]));
        posterior.Draw(zeros([9, 2]), noise, 500);
        Assert.That(posterior.PassedRows, Is.InRange(9 * 7, 9 * posterior.Passes));
        Assert.That((posterior.PassedRows - 9) % 6, Is.Zero, "six for every attempt of a row, behind one each");
    }

    [TestCase(OdeSolver.Heun, 0.01, 0, "expected tolerance with the solver dormand_prince, and with no other")]
    [TestCase(OdeSolver.DormandPrince, null, 0, "expected tolerance with the solver dormand_prince, and with no other")]
    [TestCase(OdeSolver.DormandPrince, 0.01, 3, "expected churn with the solvers euler and heun only")]
    [TestCase(OdeSolver.DormandPrince, 0.01, 0, null)]
    public void SettingsThatDoNotBelongTogetherAreNamed(OdeSolver solver, double? tolerance, double churn, string? problem)
    {
        DiffusionSettings settings = new() { Solver = solver, Tolerance = tolerance, Churn = churn };
        Assert.That(settings.Validate(new ValidationContext(settings)).SingleOrDefault()?.ErrorMessage, Is.EqualTo(problem));
    }

    private static FlowMatchingPosterior Flow(FreeFormNetwork network, double? tolerance) =>
        new(2, new DirectSummary(2), network, new FlowMatchingSettings { Tolerance = tolerance });

    private static ScorePosterior Diffusion(FreeFormNetwork network, OdeSolver solver, double tolerance) =>
        new(2, new DirectSummary(2), network, ones(2), new DiffusionSettings { Solver = solver, Tolerance = tolerance });

    private static double PassesOf(FormulaNetwork network, int rows) => network.Shapes.Sum(s => s[0]) / (double)rows;

    private static Tensor Numbers(double value, int columns) => full([1, columns], value, dtype: ScalarType.Float64);

    // Where the flow-matching path from a value at one time is at another: its distance to t m goes with sqrt((1 - t)^2 + t^2 s^2).
    private static double Path(double value, double from, double to)
    {
        double Spread(double t) => Math.Sqrt((1 - t) * (1 - t) + t * t * GaussianFlow.Deviation * GaussianFlow.Deviation);
        return to * GaussianFlow.Mean + (value - from * GaussianFlow.Mean) * Spread(to) / Spread(from);
    }
}
