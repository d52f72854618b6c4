using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Chains;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// Eq. 10: with the Gaussian's consistency function every latent is Gaussian, so density and backward conditionals are known. Exact
/// ones give the exact density along any path, wrong ones the right mean, learned ones a small spread.
/// </summary>
public sealed class ConsistencyChainTests
{
    private const double Largest = 5;
    private static readonly RandomKey s_key = RandomKey.FromSeed(97);

    [Test]
    public void ExactBackwardConditionalsGiveTheExactDensityAlongEveryPath([Values(1, 2, 4)] int steps)
    {
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior model = Model();
        ConsistencyChain chain = new(model, new GaussianBackward(model.SamplingSteps(steps), widen: 1), steps, paths: 3);
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, 200);
        DrawsWithDensity drawn = chain.DrawWithPaths(zeros([200, 2], dtype: ScalarType.Float64), noise);
        (double mean, double deviation) = Moments(model.SamplingSteps(steps)).Theta;
        double[] exact = GaussianFlow.LogNormal(drawn.Theta, mean, deviation);
        for (int m = 0; m < 3; m++)
        {
            // The times pass through single precision nowhere, the sums of a few terms of order ten do not matter.
            Assert.That(drawn.LogProb[m].Numbers(), Is.EqualTo(exact).Within(1e-6));
        }
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void WrongBackwardConditionalsGiveTheRightMeanDensityAndEvidence()
    {
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior model = Model();
        const int draws = 400, paths = 400;
        ConsistencyChain chain = new(model, new GaussianBackward(model.SamplingSteps(3), widen: 1.3), 3, paths);
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, draws);
        DrawsWithDensity drawn = chain.DrawWithPaths(zeros([draws, 2], dtype: ScalarType.Float64), noise);
        (double mean, double deviation) = Moments(model.SamplingSteps(3)).Theta;
        double[] exact = GaussianFlow.LogNormal(drawn.Theta, mean, deviation);
        Tensor ratio = (drawn.LogProb - tensor(exact)).exp();

        // Without the executed path the ratio to the exact density has mean one; with it alone the inverse has.
        Tensor sampled = ratio.narrow(0, 1, paths - 1);
        double spread = sampled.std().item<double>();
        Assert.That(spread, Is.GreaterThan(0.1), "the conditionals are wrong indeed");
        Assert.That(sampled.mean().item<double>(), Is.EqualTo(1).Within(5 * spread / Math.Sqrt(draws * (paths - 1))));
        Tensor inverse = ratio[0].reciprocal();
        Assert.That(inverse.mean().item<double>(), Is.EqualTo(1).Within(5 * inverse.std().item<double>() / Math.Sqrt(draws)));
        Tensor averaged = ratio.mean([0L]).reciprocal();
        Assert.That(averaged.mean().item<double>(), Is.EqualTo(1).Within(5 * averaged.std().item<double>() / Math.Sqrt(draws)));
        Assert.That(averaged.std().item<double>(), Is.LessThan(0.3 * inverse.std().item<double>()));
    }

    [Test]
    public void DrawsAreThoseOfTheModel([Values(1, 3)] int steps)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ConsistencyPosterior posterior = (ConsistencyPosterior)Contenders.Create("cmpe", perturbed: true);
        using BlockNoise first = new([s_key], [30], 2, CPU);
        using BlockNoise second = new([s_key], [30], 2, CPU);
        Tensor condition = full([30, 2], 0.2, dtype: ScalarType.Float32);
        DrawsWithDensity drawn = new ConsistencyChain(
            posterior,
            new GaussianBackward(posterior.SamplingSteps(steps), 1),
            steps
        ).DrawWithDensity(condition, first);

        // Through libtorch with gradients and through our own code without: last places of draws of order ten.
        Assert.That(drawn.Theta.Numbers(), Is.EqualTo(posterior.Draw(condition, second, steps).Numbers()).Within(5e-5));
        if (steps == 1)
        {
            using BlockNoise third = new([s_key], [30], 2, CPU);
            Assert.That(drawn.LogProb.Numbers(), Is.EqualTo(posterior.DrawWithDensity(condition, third).LogProb.Numbers()).Within(1e-4));
        }
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void LearnedBackwardConditionalsComeNearTheExactDensity()
    {
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior model = Model();
        BackwardSettings settings = new()
        {
            PathsPerObservation = 4096,
            Flow = new() { Layers = 2, Units = 32, Dropout = 0, L2 = 0 },
            Training = new() { Steps = 600, BatchSize = 256, LearningRate = 5e-3 },
        };
        using LearnedBackward backward = LearnedBackward.Train(model, 3, zeros([1, 2]), settings, s_key);
        ConsistencyChain chain = new(model, backward, 3, paths: 16);
        using BlockNoise noise = new([s_key.Child("noise")], [500], 2, CPU);
        DrawsWithDensity drawn = chain.DrawWithPaths(zeros([500, 2]), noise);
        (double mean, double deviation) = Moments(model.SamplingSteps(3)).Theta;
        double[] exact = GaussianFlow.LogNormal(drawn.Theta, mean, deviation);
        double[] averaged = (drawn.LogProb.logsumexp(0) - Math.Log(16)).Numbers();
        double spread = drawn.LogProb.std(0).median().item<float>();
        double error = averaged.Zip(exact, (a, b) => Math.Abs(a - b)).Order().ElementAt(250);
        TestContext.Out.WriteLine($"spread of log q over paths {spread:F3}, median error of the average {error:F3}");

        // A log-density of spread about one; untrained conditionals have a spread of several.
        Assert.That(spread, Is.LessThan(0.5));
        Assert.That(error, Is.LessThan(0.15));
    }

    private static ConsistencyPosterior Model() =>
        new(
            2,
            new DirectSummary(2),
            new FormulaNetwork(GaussianFlow.ConsistencyNetwork),
            ones(2),
            new ConsistencySettings
            {
                LargestTime = Largest,
                S0 = 10,
                S1 = 50,
            }
        );

    // Mean and deviation of every latent and of the draw.
    private static ((double Mean, double Deviation)[] Latents, (double Mean, double Deviation) Theta) Moments(SamplingStep[] steps)
    {
        List<(double, double)> latents = [];
        double mean = 0, variance = 0;
        foreach (SamplingStep step in steps)
        {
            variance += step.Added * step.Added;
            latents.Add((mean, Math.Sqrt(variance)));
            double ratio = GaussianFlow.Ratio(step.Level);
            mean = GaussianFlow.Mean + (mean - GaussianFlow.Mean) * ratio;
            variance *= ratio * ratio;
        }

        return ([.. latents], (mean, Math.Sqrt(variance)));
    }

    /// <summary>
    /// Bayes' rule for Gaussians: u_{k-1} given u_k = m + (u_{k-1} - m) r + sigma z; the deviation may be made wrong by a factor.
    /// </summary>
    private sealed class GaussianBackward(SamplingStep[] steps, double widen) : IBackwardConditional
    {
        public Tensor LogProb(Tensor earlier, Tensor later, Tensor condition, int step)
        {
            (Tensor mean, double deviation) = Conditional(later, step);
            return ((earlier - mean) / deviation).square().sum(1) * -0.5 - 2 * (0.5 * Math.Log(2 * Math.PI) + Math.Log(deviation));
        }

        public Tensor Sample(Tensor later, Tensor condition, int step, INoise noise)
        {
            (Tensor mean, double deviation) = Conditional(later, step);
            return mean + noise.Next() * deviation;
        }

        private (Tensor Mean, double Deviation) Conditional(Tensor later, int step)
        {
            (double mean, double deviation) = Moments(steps).Latents[step - 2];
            double ratio = GaussianFlow.Ratio(steps[step - 2].Level), added = steps[step - 1].Added;
            double precision = 1 / (deviation * deviation) + ratio * ratio / (added * added);
            double offset = GaussianFlow.Mean * (1 - ratio);
            Tensor centre = (mean / (deviation * deviation) + (later - offset) * (ratio / (added * added))) / precision;
            return (centre, widen / Math.Sqrt(precision));
        }
    }
}
