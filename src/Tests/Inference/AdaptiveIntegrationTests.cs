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
    private const string NoTolerance = "expected tolerance with the solvers dormand_prince and stochastic_heun, and with no other";
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
        using ScorePosterior posterior = Diffusion(network, DiffusionSolver.DormandPrince, 1e-6);
        using GivenNoise noise = new(z);
        Tensor drawn = posterior.Draw(zeros([40, 2], dtype: ScalarType.Float64), noise, Many);
        Assert.That(drawn.Numbers(), Is.EqualTo(GaussianFlow.Solution(z * 10, 10).Numbers()).Within(1e-4));
        Assert.That(PassesOf(network, 40), Is.LessThan(400));
    }

    [TestCase(DiffusionSolver.DormandPrince)]
    [TestCase(DiffusionSolver.StochasticHeun)]
    public void ADrawDoesNotDependOnThoseBesideIt(DiffusionSolver solver)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        Tensor[] z = [.. Enumerable.Range(0, 100).Select(_ => random.Normal([20, 2], dtype: ScalarType.Float64))];
        double[] together = Draw(z), alone = Draw([.. z.Select(each => each.narrow(0, 0, 7))]);
        Assert.That(alone, Is.EqualTo(together[..14]).Within(1e-12));

        double[] Draw(Tensor[] given)
        {
            using FormulaNetwork network = new(GaussianFlow.ScoreNetwork);
            using ScorePosterior posterior = Diffusion(network, solver, 0.05);
            using GivenNoise noise = new(given);
            return posterior.Draw(zeros([given[0].shape[0], 2], dtype: ScalarType.Float64), noise, 150).Numbers();
        }
    }

    // Without noise the SDE is d theta / dt = 2 v: half the width divides a step's own error by 2^3, and what it tells, Euler's, by 2^2.
    [Test]
    public void AStochasticStepWithoutNoiseIsOfSecondOrderAndItsErrorOfFirst()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, time) => theta * (time * 2).cos());
        using FlowMatchingPosterior field = Flow(network, null);
        (double error, double told) wide = Errors(-0.02), narrow = Errors(-0.01);
        Assert.That(Math.Log2(wide.error / narrow.error), Is.EqualTo(3).Within(0.2));
        Assert.That(Math.Log2(wide.told / narrow.told), Is.EqualTo(2).Within(0.2));

        (double Error, double Told) Errors(double h)
        {
            using GivenNoise noise = new(zeros([1, 2], dtype: ScalarType.Float64));
            using StochasticHeun method = new(field, noise);
            Tensor start = Numbers(1.7, 2), time = Numbers(0.7, 1), condition = Numbers(0, 2);
            method.Begin(start, time, condition);
            (Tensor next, Tensor error) = method.Attempt(start, time, Numbers(h, 1), condition, tensor(new long[] { 0 }));
            double exact = 1.7 * Math.Exp(Math.Sin(1.4 + 2 * h) - Math.Sin(1.4));
            return (Math.Abs(next.Numbers()[0] - exact), Math.Abs(error.Numbers()[0]));
        }
    }

    // Where nothing drifts a step is its noise: from level 3 to 2 of variance 5, from 3 to 2.5 of 2.75, from 2.5 to 2 of 2.25.
    [Test]
    public void TheNoiseOfARejectedStepIsThatOfTheNarrowerOnesInItsPlace()
    {
        const int Rows = 40_000;
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, Rows);
        using FormulaNetwork still = new((theta, _, _) => zeros_like(theta));
        using FlowMatchingPosterior field = Flow(still, null);
        using StochasticHeun method = new(field, noise);
        Tensor start = zeros([Rows, 2], dtype: ScalarType.Float64), rows = arange(Rows, dtype: ScalarType.Int64);
        method.Begin(start, Column(3), start);
        Tensor whole = Step(3, -1), first = Step(3, -0.5);
        method.Accept(rows, rows);
        Tensor second = Step(2.5, -0.5);
        method.Accept(rows, rows);
        Tensor third = Step(2, -1);

        Assert.That((first + second - whole).abs().max().item<double>(), Is.LessThan(1e-12));
        // Of 80,000 numbers a variance scatters by one half of a hundredth of itself.
        Assert.That(Covariance(whole, whole), Is.EqualTo(5).Within(0.1));
        Assert.That(Covariance(first, first), Is.EqualTo(2.75).Within(0.055));
        Assert.That(Covariance(second, second), Is.EqualTo(2.25).Within(0.045));
        Assert.That(Covariance(third, third), Is.EqualTo(3).Within(0.06));
        Assert.That(Covariance(first, second), Is.Zero.Within(0.035));
        Assert.That(Covariance(second, third), Is.Zero.Within(0.035));

        Tensor Column(double value) => full([Rows, 1], value, dtype: ScalarType.Float64);

        Tensor Step(double from, double width) => method.Attempt(start, Column(from), Column(width), start, rows).Next;

        static double Covariance(Tensor a, Tensor b) => (a * b).mean().item<double>();
    }

    // Euler's steps spread the draws; how much they do goes with the tolerance.
    [TestCase(0.03, 0.03, 200)]
    [TestCase(0.003, 0.006, 1000)]
    public void StochasticDrawsHaveTheKnownMoments(double tolerance, double within, int passes)
    {
        const int Rows = 20_000;
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, Rows);
        using FormulaNetwork network = new(GaussianFlow.ScoreNetwork);
        using ScorePosterior posterior = Diffusion(network, DiffusionSolver.StochasticHeun, tolerance);
        Tensor drawn = posterior.Draw(zeros([Rows, 2], dtype: ScalarType.Float64), noise, Many);

        // Of 40,000 numbers the mean scatters by 0.002 and the deviation by 0.0014.
        Assert.That(drawn.mean().item<double>(), Is.EqualTo(GaussianFlow.Mean).Within(within));
        Assert.That(drawn.std().item<double>(), Is.EqualTo(GaussianFlow.Deviation).Within(within));
        Assert.That(PassesOf(network, Rows), Is.LessThan(passes));
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

    [TestCase(DiffusionSolver.Heun, 0.01, 0, NoTolerance)]
    [TestCase(DiffusionSolver.DormandPrince, null, 0, NoTolerance)]
    [TestCase(DiffusionSolver.StochasticHeun, null, 0, NoTolerance)]
    [TestCase(DiffusionSolver.StochasticHeun, 0.01, 0, null)]
    [TestCase(DiffusionSolver.DormandPrince, 0.01, 3, "expected churn with the solvers euler and heun only")]
    [TestCase(DiffusionSolver.DormandPrince, 0.01, 0, null)]
    public void SettingsThatDoNotBelongTogetherAreNamed(DiffusionSolver solver, double? tolerance, double churn, string? problem)
    {
        DiffusionSettings settings = new() { Solver = solver, Tolerance = tolerance, Churn = churn };
        Assert.That(settings.Validate(new ValidationContext(settings)).SingleOrDefault()?.ErrorMessage, Is.EqualTo(problem));
    }

    private static FlowMatchingPosterior Flow(FreeFormNetwork network, double? tolerance) =>
        new(2, new DirectSummary(2), network, new FlowMatchingSettings { Tolerance = tolerance });

    private static ScorePosterior Diffusion(FreeFormNetwork network, DiffusionSolver solver, double tolerance) =>
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
