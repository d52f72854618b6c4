using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Flow matching: passes, Euler integration with velocities known in closed form, and the loss in plain doubles.</summary>
public sealed class FlowMatchingPosteriorTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(31);
    private static readonly float[] s_weights = [0.7f, -0.4f, 0.3f];

    [Test]
    public void KStepsAreKPassesAndTheScriptsAreOneMore([Values(1, 2, 10)] int steps, [Values] bool extra)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => ones_like(theta));
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings { ExtraEulerStep = extra });
        using GivenNoise noise = new(zeros([5, 2]));
        Tensor theta = posterior.Draw(zeros([5, 2]), noise, steps);
        int passes = extra ? steps + 1 : steps;
        Assert.That(
            network.Times.Select(t => (double)t.Distinct().Single()),
            Is.EqualTo(Enumerable.Range(0, passes).Select(i => i / (double)steps)).Within(1e-6)
        );

        // A velocity of 1 from 0 shows the time at which the integration ends.
        Assert.That(theta.Numbers(), Has.All.EqualTo(extra ? 1 + 1.0 / steps : 1).Within(1e-6));
    }

    [Test]
    public void EulerStepsOfALinearFieldAreAPower([Values] bool extra)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta * 0.8);
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings { ExtraEulerStep = extra });
        using RandomSource random = new(s_key);
        Tensor z = random.Normal([50, 2]);
        using GivenNoise noise = new(z);
        Tensor theta = posterior.Draw(zeros([50, 2]), noise, 20);
        double factor = Math.Pow(1 + 0.8 / 20, extra ? 21 : 20);
        Assert.That(theta.Numbers(), Is.EqualTo(z.Numbers().Select(v => v * factor)).Within(1e-5));
    }

    [Test]
    public void WithTheExactFieldOfAGaussianDrawsHaveItsMoments()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        const double mean = 1.5;
        const double deviation = 0.4;
        const int draws = 10_000;

        // theta_t ~ N(t m, (1-t)^2 + t^2 s^2); v = E[theta - z | theta_t] = m + (t s^2 - (1-t)) / ((1-t)^2 + t^2 s^2) (theta_t - t m).
        using FormulaNetwork network = new((theta, _, t) =>
        {
            Tensor variance = (1 - t).square() + t.square() * (deviation * deviation);
            return mean + (t * (deviation * deviation) - (1 - t)) / variance * (theta - t * mean);
        });
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings());
        using BlockNoise noise = new([s_key], [draws], 2, CPU);
        Tensor theta = posterior.Draw(zeros([draws, 2]), noise, 400);

        // Standard errors are 0.003; 400 Euler steps cost about half a percent of the deviation.
        Assert.That(theta.mean().item<float>(), Is.EqualTo(mean).Within(0.01));
        Assert.That(theta.std().item<float>(), Is.EqualTo(deviation).Within(0.012));
    }

    [Test]
    public void LossByHand([Values] FlowMatchingLoss kind, [Values(1, 3)] int times)
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings { Loss = kind, TimesPerSimulation = times });
        using RandomSource random = new(s_key);
        Tensor theta = random.Normal([5, 2]);
        Tensor x = random.Normal([5, 2]);
        random.Restart(s_key.Child("step"));
        double found = posterior.Loss(theta, new Observation(x), new TrainingStep(random, 0, 10)).item<float>();

        random.Restart(s_key.Child("step"));
        double[] z = random.Normal([5, 2]).Numbers();
        double[] time = random.Uniform([5 * times, 1]).Numbers();
        double[] parameters = theta.Numbers();
        double[] observed = x.Numbers();
        double total = 0;
        for (int i = 0; i < 5 * times * 2; i++)
        {
            int row = i / 2;
            int entry = row / times * 2 + i % 2;
            double noisy = (1 - time[row]) * z[entry] + time[row] * parameters[entry];
            double velocity = s_weights[0] * noisy + s_weights[1] * observed[entry] + s_weights[2] * time[row];
            double residual = velocity - (parameters[entry] - z[entry]);
            total += kind == FlowMatchingLoss.SquaredError ? residual * residual : Math.Log(Math.Cosh(residual));
        }

        Assert.That(found, Is.EqualTo(total / (5 * times * 2)).Within(1e-5));
    }

    [Test]
    public void LogCoshOfLargeResidualsIsFinite()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => full_like(theta, 1e6));
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings { Loss = FlowMatchingLoss.LogCosh });
        using RandomSource random = new(s_key);
        Tensor loss = posterior.Loss(zeros([4, 2]), new Observation(zeros([4, 2])), new TrainingStep(random, 0, 10));
        Assert.That(loss.item<float>(), Is.EqualTo(1e6 - Math.Log(2)).Within(1e-4).Percent);
    }

    [Test]
    public void TimesPerSimulationMultipliesTheRows([Values(1, 32)] int times)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, condition, _) => theta + condition);
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings { TimesPerSimulation = times });
        using RandomSource random = new(s_key);
        posterior.Loss(zeros([6, 2]), new Observation(zeros([6, 2])), new TrainingStep(random, 0, 10));
        Assert.That(network.Shapes.Single(), Is.EqualTo(new long[] { 6 * times, 2 }));
        Assert.That(network.Times.Single().Distinct().Count(), Is.EqualTo(6 * times), "every row has a time of its own");
    }

    [Test]
    public void DropoutActsInTrainingAndInSamplingOnlyIfTold([Values] bool on)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using FlowMatchingPosterior posterior = Create(network, new FlowMatchingSettings { DropoutWhileSampling = on });
        using RandomSource random = new(s_key);
        posterior.Loss(zeros([6, 2]), new Observation(zeros([6, 2])), new TrainingStep(random, 0, 10));
        posterior.Loss(zeros([6, 2]), new Observation(zeros([6, 2])), new TrainingStep(random, 0, 10, IsTraining: false));
        using GivenNoise noise = new(zeros([6, 2]));
        posterior.Draw(zeros([6, 2]), noise, 2);
        Assert.That(network.Stochastic, Is.EqualTo(new[] { true, false, on, on }));
    }

    [Test]
    public void EveryWeightGetsAGradient()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using FlowMatchingPosterior posterior = new(
            2,
            new DeepSet(2, new DeepSetSettings { Outputs = 2, Units = 8 }, random),
            new ResidualMlp(2, 2, new() { Units = 16 }, random),
            new()
        );
        posterior.Loss(random.Normal([32, 2]), new Observation(random.Normal([32, 10, 2])), new TrainingStep(random, 0, 100)).backward();
        foreach ((string name, Parameter parameter) in posterior.named_parameters())
        {
            Assert.That(parameter.grad, Is.Not.Null, name);
            Assert.That(parameter.grad!.abs().max().item<float>(), Is.GreaterThan(0), name);
        }
    }

    private static FlowMatchingPosterior Create(FreeFormNetwork network, FlowMatchingSettings settings) =>
        new(2, new DirectSummary(2), network, settings);
}
