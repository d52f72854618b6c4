using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// Score-based diffusion: the loss in plain doubles, passes and levels, and the integrators on a Gaussian with its exact denoiser.
/// </summary>
public sealed class ScorePosteriorTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(61);
    private static readonly float[] s_weights = [0.7f, -0.4f, 0.3f];

    [Test]
    public void LossIsTheEquation()
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using ScorePosterior posterior = new(
            2,
            new DirectSummary(2),
            network,
            tensor(new[] { 0.5f, 2f }),
            new DiffusionSettings { LargestTime = 20 }
        );
        using RandomSource random = new(s_key);
        Tensor theta = random.Normal([6, 2]);
        Tensor x = random.Normal([6, 2]);
        random.Restart(s_key.Child("step"));
        double found = posterior.Loss(theta, new Observation(x), new TrainingStep(random, 0, 10)).item<float>();

        random.Restart(s_key.Child("step"));
        Tensor u = random.Uniform([6, 1], dtype: ScalarType.Float64);
        double[] z = random.Normal([6, 2]).Numbers();
        double low = Phi((Math.Log(0.001) + 1.1) / 2);
        double high = Phi((Math.Log(20) + 1.1) / 2);
        double[] parameters = theta.Numbers();
        double[] observed = x.Numbers();
        double total = 0;
        for (int i = 0; i < 12; i++)
        {
            // The level by bisection of the distribution function, instead of its inverse.
            double t = Bisect(log => Phi((log + 1.1) / 2) - (low + u.Numbers()[i / 2] * (high - low)), Math.Log(0.001), Math.Log(20));
            double s2 = i % 2 == 0 ? 0.5 : 2;
            double noisy = parameters[i] + t * z[i];
            double skip = s2 / (t * t + s2);
            double output = t * Math.Sqrt(s2) / Math.Sqrt(t * t + s2);
            double raw = s_weights[0] * noisy / Math.Sqrt(t * t + s2) + s_weights[1] * observed[i] + s_weights[2] * Math.Log(t) / 4;
            total += Math.Pow((skip * noisy + output * raw - parameters[i]) / output, 2);
        }

        // Single precision against double, with 1 / c_out of up to a thousand.
        Assert.That(found, Is.EqualTo(total / 12).Within(1e-3).Percent);
    }

    [Test]
    public void LevelsInTrainingFollowTheCutOffLogNormal()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using ScorePosterior posterior = Create(network, new DiffusionSettings { LargestTime = 5, LogTimeMean = 0, LogTimeDeviation = 1 });
        using RandomSource random = new(s_key);
        posterior.Loss(zeros([20_000, 2]), new Observation(zeros([20_000, 2])), new TrainingStep(random, 0, 10));
        double[] logs = [.. network.Times.Single().Select(t => 4.0 * t)];
        Assert.That(logs.Max(), Is.LessThanOrEqualTo(Math.Log(5) + 1e-5));
        foreach (double at in new[] { -1.0, 0, 1 })
        {
            // Five standard errors of a share of 20,000.
            double share = logs.Count(l => l < at) / 20_000.0;
            Assert.That(share, Is.EqualTo(Phi(at) / Phi(Math.Log(5))).Within(5 * 0.5 / Math.Sqrt(20_000)));
        }
    }

    [Test]
    public void StepsAreNetworkPasses(
        [Values(DiffusionSolver.Euler, DiffusionSolver.Heun)] DiffusionSolver solver, [Values(1, 2, 5, 8)] int steps)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using ScorePosterior posterior = Create(network, new DiffusionSettings { Solver = solver });
        using GivenNoise noise = new(ones([3, 2]));
        posterior.Draw(zeros([3, 2]), noise, steps);
        double[] levels = [.. network.Times.Select(t => Math.Exp(4.0 * t[0]))];
        int intervals = solver == DiffusionSolver.Euler ? steps : (steps + 1) / 2;
        double[] grid = [.. ConsistencySchedule.Grid(intervals + 1, 0.001, 10, 7).Reverse()];
        List<double> expected = [];
        for (int i = 0; i < intervals; i++)
        {
            expected.AddRange(solver == DiffusionSolver.Euler ? [grid[i]] : [grid[i], grid[i + 1]]);
        }

        Assert.That(levels, Is.EqualTo(expected.Take(steps)).Within(1e-3).Percent);
        Assert.That(network.Stochastic, Has.All.False);
    }

    [TestCase(DiffusionSolver.Euler, 256, 1)]
    [TestCase(DiffusionSolver.Heun, 256, 2)]
    [TestCase(DiffusionSolver.Heun, 255, 2)]
    public void ErrorFallsWithTheOrderOfTheIntegrator(DiffusionSolver solver, int steps, double order)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        Tensor z = random.Normal([50, 2], dtype: ScalarType.Float64);
        Tensor exact = GaussianFlow.Solution(z * 10, 10);
        double coarse = Error(steps);
        double fine = Error(steps % 2 == 0 ? 2 * steps : 2 * steps + 1);

        // Twice the intervals divide the error by 2^order, up to the next order's term of a few per cent.
        Assert.That(Math.Log2(coarse / fine), Is.EqualTo(order).Within(0.15));

        double Error(int passes)
        {
            using FormulaNetwork network = new(GaussianFlow.ScoreNetwork);
            using ScorePosterior posterior = Create(network, new DiffusionSettings { Solver = solver });
            using GivenNoise noise = new(z);
            return (posterior.Draw(zeros([50, 2], dtype: ScalarType.Float64), noise, passes) - exact).abs().max().item<double>();
        }
    }

    [TestCase(DiffusionSolver.Euler, 0)]
    [TestCase(DiffusionSolver.Heun, 0)]
    [TestCase(DiffusionSolver.Euler, 20)]
    [TestCase(DiffusionSolver.Heun, 20)]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void WithTheExactDenoiserDrawsHaveTheKnownMoments(DiffusionSolver solver, double churn)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        const int draws = 20_000;
        using FormulaNetwork network = new(GaussianFlow.ScoreNetwork);
        using ScorePosterior posterior = Create(network, new DiffusionSettings { Solver = solver, Churn = churn, LargestTime = 50 });
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, draws);
        int steps = solver == DiffusionSolver.Euler ? 400 : 120;
        Tensor theta = posterior.Draw(zeros([draws, 2], dtype: ScalarType.Float64), noise, steps);

        // Five standard errors, and 1 % for the integrator and the start from N(0, T^2) instead of N(m, s^2 + T^2).
        double[] mean = theta.mean([0]).Numbers();
        double[] deviation = theta.std(0).Numbers();
        double correlation = corrcoef(theta.t())[0, 1].item<double>();
        Assert.That(
            mean,
            Has.All.EqualTo(GaussianFlow.Mean).Within(5 * GaussianFlow.Deviation / Math.Sqrt(draws) + 0.01 * GaussianFlow.Mean)
        );
        Assert.That(deviation, Has.All.EqualTo(GaussianFlow.Deviation).Within(GaussianFlow.Deviation * (5 / Math.Sqrt(2 * draws) + 0.01)));
        Assert.That(correlation, Is.EqualTo(0).Within(5 / Math.Sqrt(draws)));
        Assert.That(noise.Used, churn > 0 ? Is.GreaterThan(1) : Is.EqualTo(1));
    }

    [Test]
    public void VelocityIsTheScoreOfTheDenoiser()
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using ScorePosterior posterior = new(2, new DirectSummary(2), network, tensor(new[] { 0.5f, 2f }), new DiffusionSettings());
        using RandomSource random = new(s_key);
        Tensor theta = random.Normal([20, 2], dtype: ScalarType.Float64);
        Tensor x = random.Normal([20, 2], dtype: ScalarType.Float64);
        Tensor time = random.Uniform([20, 1], dtype: ScalarType.Float64) + 0.1;
        Tensor score = (posterior.Denoise(theta, time, x, ForwardPass.Evaluation) - theta) / time.square();
        Assert.That(posterior.Velocity(theta, time, x).Numbers(), Is.EqualTo((-time * score).Numbers()).Within(1e-5));
    }

    [Test]
    public void EveryWeightGetsAGradient()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using ScorePosterior posterior = new(
            2,
            new DeepSet(2, new DeepSetSettings { Outputs = 2, Units = 8 }, random),
            new ResidualMlp(2, 2, new() { Units = 16 }, random),
            ones(2),
            new()
        );
        posterior.Loss(random.Normal([32, 2]), new Observation(random.Normal([32, 10, 2])), new TrainingStep(random, 0, 100)).backward();
        foreach ((string name, Parameter parameter) in posterior.named_parameters())
        {
            Assert.That(parameter.grad, Is.Not.Null, name);
            Assert.That(parameter.grad!.abs().max().item<float>(), Is.GreaterThan(0), name);
        }
    }

    private static ScorePosterior Create(FreeFormNetwork network, DiffusionSettings settings) =>
        new(2, new DirectSummary(2), network, ones(2), settings);

    private static double Phi(double x)
    {
        using Tensor at = tensor(x / Math.Sqrt(2), dtype: ScalarType.Float64);
        using Tensor value = at.erf();
        return 0.5 * (1 + value.item<double>());
    }

    private static double Bisect(Func<double, double> f, double low, double high)
    {
        for (int i = 0; i < 80; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = f(middle) < 0 ? (middle, high) : (low, middle);
        }

        return Math.Exp(low);
    }
}
