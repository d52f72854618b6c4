using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Chains;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Consistency tuning: its loss in plain doubles, its gradient by libtorch, draws where the function is known.</summary>
public sealed class TunedConsistencyPosteriorTests
{
    private const int Steps = 1000;
    private static readonly RandomKey s_key = RandomKey.FromSeed(97);
    private static readonly ConsistencyTuningSettings s_settings = new();
    private static readonly double[] s_variance = [0.5, 2.0];
    private static readonly float[] s_weights = [0.7f, -0.4f, 0.05f];

    // The first stage has mostly parameters themselves as targets, the last mostly neighbouring levels.
    [Test]
    public void LossByHand([Values] HuberNorm norm, [Values(500, 700, 999)] int step)
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using TunedConsistencyPosterior posterior = Create(s_settings with { HuberNorm = norm }, network);
        (Tensor theta, Tensor x) = Batch();
        using RandomSource random = new(s_key.Child("step"));
        Tensor loss = posterior.Loss(theta, new Observation(x), new TrainingStep(random, step, Steps));

        // Single precision in the estimator; the weights 1 / (t - r) are up to some thousands.
        Assert.That(loss.item<float>(), Is.EqualTo(LossInDoubles(theta, x, step, norm, s_weights[0], s_weights[0])).Within(0.2).Percent);
    }

    [Test]
    public void TheGradientIsTheStudentsAlone()
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using TunedConsistencyPosterior posterior = Create(s_settings, network);
        (Tensor theta, Tensor x) = Batch();
        using RandomSource random = new(s_key.Child("step"));
        posterior.Loss(theta, new Observation(x), new TrainingStep(random, 900, Steps)).backward();

        const double h = 1e-5;
        double w = s_weights[0];
        double student = (Loss(w + h, w) - Loss(w - h, w)) / (2 * h);
        double both = (Loss(w + h, w + h) - Loss(w - h, w - h)) / (2 * h);
        Assert.That(network.Gradient[0].item<float>(), Is.EqualTo(student).Within(0.5).Percent);
        Assert.That(both, Is.Not.EqualTo(student).Within(5).Percent, "a teacher with a gradient would show");

        double Loss(double own, double teachers) => LossInDoubles(theta, x, 900, HuberNorm.Vector, own, teachers);
    }

    [Test]
    [Category("VectorCode")]
    public void InVectorCodeTheGradientIsLibtorchs([Values(0, 510, 999)] int step)
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ResidualMlp network = new(2, 2, new() { Units = 32, Blocks = 2, Dropout = 0.1 }, random);
        using TunedConsistencyPosterior posterior = new(2, new DirectSummary(2), network, tensor(s_variance), s_settings);
        (Tensor theta, Tensor x) = Batch();
        using (no_grad())
        {
            Assert.That(network.UsesVectors(ones([6, 5]), ForwardPass.WithDropout(random)), Is.True, "the test would compare nothing");
        }

        VectorCode.AssertSame(Gradients(plain: false), Gradients(plain: true), 1e-3);

        Dictionary<string, double[]> Gradients(bool plain)
        {
            posterior.zero_grad();
            random.Restart(s_key.Child("step"));
            TrainingStep at = new(random, step, Steps) { NeedsSecondDerivatives = plain };
            posterior.Loss(theta, new Observation(x), at).backward();
            return posterior.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.Numbers());
        }
    }

    [TestCase(0.5, 499, true)]
    [TestCase(0.5, 500, false)]
    [TestCase(0.25, 250, false)]
    [TestCase(0, 0, false)]
    public void TheFirstStepsAreThoseOfTheDiffusionModel(double share, int step, bool diffusion)
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using LinearNetwork same = new(s_weights);
        using TunedConsistencyPosterior tuned = Create(s_settings with { DiffusionShare = share }, network);
        using ScorePosterior score = new(2, new DirectSummary(2), same, tensor(s_variance), new DiffusionSettings());
        (Tensor theta, Tensor x) = Batch();
        Assert.That(Loss(tuned), diffusion ? Is.EqualTo(Loss(score)) : Is.Not.EqualTo(Loss(score)));

        float Loss(IPosteriorEstimator estimator)
        {
            using RandomSource random = new(s_key.Child("step"));
            return estimator.Loss(theta, new Observation(x), new TrainingStep(random, step, Steps)).item<float>();
        }
    }

    [Test]
    public void StudentAndTeacherShareTheirMaskUnlessItIsAskedOtherwise([Values] bool independent)
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using TunedConsistencyPosterior posterior = Create(
            s_settings with { DiffusionShare = 0, IndependentTeacherDropout = independent }, network);
        (Tensor theta, Tensor x) = Batch();
        using RandomSource random = new(s_key);
        posterior.Loss(theta, new Observation(x), new TrainingStep(random, 0, Steps));
        Assert.That(network.Stochastic, Is.EqualTo(new[] { true, true }));
        Assert.That(network.Masks[1], independent ? Is.Not.EqualTo(network.Masks[0]) : Is.EqualTo(network.Masks[0]));
    }

    // The share of levels that are moved to T is that of the normal distribution's tail: every draw begins there.
    [Test]
    public void LevelsAreLogNormalAndMovedToTheEnds()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => theta);
        using TunedConsistencyPosterior posterior = Create(s_settings with { DiffusionShare = 0 }, network);
        using RandomSource random = new(s_key);
        const int n = 50_000;
        using (no_grad())
        {
            posterior.Loss(zeros([n, 2]), new Observation(zeros([n, 2])), new TrainingStep(random, 0, Steps));
        }

        double[] logs = [.. network.Times[0].Select(t => 4.0 * t)];
        double top = logs.Count(l => l > Math.Log(10) - 1e-5) / (double)n, half = logs.Count(l => l < -1.1) / (double)n;

        // P(z > (ln 10 + 1.1) / 2) = P(z > 1.7013) = 0.04445, from a table; five standard errors.
        Assert.That(top, Is.EqualTo(0.04445).Within(5 * Math.Sqrt(0.0444 * 0.9556 / n)));
        Assert.That(half, Is.EqualTo(0.5).Within(5 * 0.5 / Math.Sqrt(n)));
        Assert.That(logs.Min(), Is.EqualTo(Math.Log(0.001)).Within(1e-4));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(10)]
    public void WithTheConsistencyFunctionOfAGaussianDrawsHaveTheirMoments(int steps)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        const int draws = 20_000;
        using FormulaNetwork network = new(GaussianFlow.TunedNetwork);
        using TunedConsistencyPosterior posterior = new(2, new DirectSummary(2), network, ones(2), s_settings);
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, draws);
        Tensor theta = posterior.Draw(zeros([draws, 2], dtype: ScalarType.Float64), noise, steps);
        (double mean, double deviation) = Moments(posterior.SamplingSteps(steps));

        Assert.That(noise.Used, Is.EqualTo(steps));
        Assert.That(network.Times, Has.Count.EqualTo(steps));
        Assert.That(theta.mean([0]).Numbers(), Has.All.EqualTo(mean).Within(5 * deviation / Math.Sqrt(draws)));
        Assert.That(theta.std(0).Numbers(), Has.All.EqualTo(deviation).Within(5 * deviation / Math.Sqrt(2.0 * draws)));

        // Draws of the Gaussian itself but for their start from N(0, T^2), with which 2 % of the mean go wrong at ten steps.
        Assert.That((mean, deviation), steps == 10 ? Is.EqualTo((GaussianFlow.Mean, GaussianFlow.Deviation)).Using<(double A, double B)>(
            (a, b) => Math.Abs(a.A - b.A) < 0.03 && Math.Abs(a.B - b.B) < 0.01) : Is.Not.EqualTo((0.0, 0.0)));
    }

    [Test]
    public void LevelsOfDrawsGoDownFromTheLargest()
    {
        using LinearNetwork network = new(s_weights);
        using TunedConsistencyPosterior posterior = Create(s_settings, network);
        double first = Math.Pow(0.001, 1.0 / 7), last = Math.Pow(10, 1.0 / 7);
        double[] expected = [.. Enumerable.Range(0, 4).Select(k => Math.Pow(last + k * (first - last) / 4, 7))];
        Assert.That(posterior.SamplingSteps(4).Select(s => s.Level), Is.EqualTo(expected).Within(1e-9));
        Assert.That(posterior.SamplingSteps(4).Select(s => s.Added), Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void TheDensityOfOneStepOfAGaussianIsGaussian()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new(GaussianFlow.TunedNetwork);
        using TunedConsistencyPosterior posterior = new(2, new DirectSummary(2), network, ones(2), s_settings);
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, 200);
        DrawsWithDensity draws = posterior.DrawWithDensity(zeros([200, 2], dtype: ScalarType.Float64), noise);
        (double mean, double deviation) = Moments(posterior.SamplingSteps(1));
        Assert.That(draws.LogProb.Numbers(), Is.EqualTo(GaussianFlow.LogNormal(draws.Theta, mean, deviation)).Within(1e-4));
    }

    // Eq. 10 with backward conditionals that are learned: near the density of three steps, which is Gaussian too.
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheDensityOfAChainOfAGaussianIsGaussian()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new(GaussianFlow.TunedNetwork);
        using TunedConsistencyPosterior posterior = new(2, new DirectSummary(2), network, ones(2), s_settings);
        BackwardSettings settings = new()
        {
            Flow = new() { Layers = 2, Units = 32, Dropout = 0, L2 = 0 },
            Training = new() { Steps = 1500, BatchSize = 256, LearningRate = 2e-3 },
        };
        using LearnedBackward backward = LearnedBackward.Train(posterior, 3, zeros([1024, 2]), settings, s_key);
        ConsistencyChain chain = new(posterior, backward, 3, paths: 16);
        using BlockNoise noise = new([s_key.Child("noise")], [500], 2, CPU);
        DrawsWithDensity draws = chain.DrawWithDensity(zeros([500, 2]), noise);
        (double mean, double deviation) = Moments(posterior.SamplingSteps(3));
        double[] exact = GaussianFlow.LogNormal(draws.Theta, mean, deviation);
        double error = draws.LogProb.Numbers().Zip(exact, (a, b) => Math.Abs(a - b)).Order().ElementAt(250);

        // A log-density of spread about one.
        Assert.That(error, Is.LessThan(0.15));
    }

    [Test]
    public void EveryWeightGetsAGradient([Values(0, 999)] int step)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using TunedConsistencyPosterior posterior = new(
            2,
            new DeepSet(2, new DeepSetSettings { Outputs = 2, Units = 8 }, random),
            new ResidualMlp(2, 2, new() { Units = 16 }, random),
            ones(2),
            s_settings);
        Observation x = new(random.Normal([32, 10, 2]));
        posterior.Loss(random.Normal([32, 2]), x, new TrainingStep(random, step, Steps)).backward();
        foreach ((string name, Parameter parameter) in posterior.named_parameters())
        {
            Assert.That(parameter.grad, Is.Not.Null, name);
            Assert.That(parameter.grad!.abs().max().item<float>(), Is.GreaterThan(0).And.LessThan(float.PositiveInfinity), name);
        }
    }

    private static TunedConsistencyPosterior Create(ConsistencyTuningSettings settings, FreeFormNetwork network) =>
        new(2, new DirectSummary(2), network, tensor(s_variance), settings);

    private static (Tensor Theta, Tensor X) Batch()
    {
        using RandomSource random = new(s_key.Child("batch"));
        return (random.Normal([6, 2]), random.Normal([6, 2]));
    }

    // Mean and deviation of draws with the Gaussian's consistency function m + (theta_t - m) s / sqrt(s^2 + t^2).
    private static (double Mean, double Deviation) Moments(SamplingStep[] steps)
    {
        double mean = 0, variance = 0;
        foreach ((double level, double added) in steps)
        {
            double ratio = GaussianFlow.Deviation / Math.Sqrt(GaussianFlow.Deviation * GaussianFlow.Deviation + level * level);
            mean = GaussianFlow.Mean + (mean - GaussianFlow.Mean) * ratio;
            variance = (variance + added * added) * ratio * ratio;
        }

        return (mean, Math.Sqrt(variance));
    }

    // The loss of the tuning entry by entry, with the step's random numbers: a normal number per row for the level, then the noise.
    private static double LossInDoubles(Tensor theta, Tensor x, int step, HuberNorm norm, double student, double teacher)
    {
        using RandomSource random = new(s_key.Child("step"));
        double[] levels = random.Normal([6]).Numbers();
        double[] z = random.Normal([6, 2]).Numbers();
        double[] parameters = theta.Numbers();
        double[] observed = x.Numbers();
        // 500 steps of tuning in 8 stages are 62.5 steps each.
        int stage = (int)((step - 500) / 62.5);
        double c = 0.00054 * Math.Sqrt(2);
        double total = 0;
        for (int row = 0; row < 6; row++)
        {
            double t = Math.Min(10, Math.Max(0.001, Math.Exp(-1.1 + 2 * levels[row])));
            double r = t * Math.Min(0.999, Math.Max(0, 1 - (1 + 8 / (1 + Math.Exp(t))) / Math.Pow(2, stage + 1)));
            double[] difference = new double[2];
            for (int d = 0; d < 2; d++)
            {
                difference[d] = F(student, t, row, d) - (r > 0 ? F(teacher, r, row, d) : parameters[row * 2 + d]);
            }

            double distance = norm == HuberNorm.Vector
                ? Math.Sqrt(difference[0] * difference[0] + difference[1] * difference[1] + c * c) - c
                : difference.Average(e => Math.Sqrt(e * e + c * c) - c);
            total += distance / (t - r);
        }

        return total / 6;

        double F(double w, double t, int row, int d)
        {
            double s2 = s_variance[d], root = Math.Sqrt(s2 + t * t);
            double noisy = parameters[row * 2 + d] + t * z[row * 2 + d];
            double inner = w * noisy / root + s_weights[1] * observed[row * 2 + d] + s_weights[2] * Math.Log(t) / 4;
            return s2 / (root * root) * noisy + t * Math.Sqrt(s2) / root * inner;
        }
    }
}
