using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// Parameters of scale 0.001 and 1000: theta ~ N(0, s^2), x ~ N(theta, (0.1 s)^2), so the posterior of each is normal with the deviation
/// 0.1 s / sqrt(1.01) around x / 1.01.
/// </summary>
public sealed class StandardisationTests
{
    private static readonly double[] s_scales = [1e-3, 1e3];

    [Category(FastUnlessSlowAttribute.Slow)]
    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void DrawsHaveTheUnitsOfTheParameters(string contender)
    {
        using IDisposable scope = NewDisposeScope();
        using Simulations training = Simulate(4096, 1);
        using StandardisedPosterior estimator = Standardised(contender, training);
        TrainingSettings settings = new() { Epochs = 40, BatchSize = 64, LearningRate = 2e-3, ClipNorm = 1 };
        using (Trainer trainer = new(estimator, settings, RandomKey.FromSeed(5)))
        {
            trainer.Run(training);
        }

        using Observation x = new(tensor(new[,] { { 0.5e-3f, -800f } }));
        using Tensor draws = PosteriorSampler.Sample(estimator, x, 4000, contender == "cmpe" ? 4 : 30, RandomKey.FromSeed(6));
        double[] mean = Doubles(draws.mean([0L, 1L])), deviation = Doubles(draws.squeeze(0).std(0));

        Assert.Multiple(() =>
        {
            for (int d = 0; d < 2; d++)
            {
                double exact = 0.1 * s_scales[d] / Math.Sqrt(1.01);
                Assert.That(deviation[d], Is.EqualTo(exact).Within(35).Percent, $"deviation of parameter {d}");
                Assert.That(mean[d], Is.EqualTo(new[] { 0.5e-3, -800.0 }[d] / 1.01).Within(0.7 * exact), $"mean of parameter {d}");
            }
        });
    }

    /// <summary>
    /// A sum over a fine grid in the task's units; without the Jacobian of the scaling it would be off by its determinant.
    /// </summary>
    [TestCase("acf")]
    [TestCase("nsf")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheDensityIsThatOfTheTasksUnits(string contender)
    {
        using IDisposable scope = NewDisposeScope();
        using Simulations training = Simulate(512, 2);
        using StandardisedPosterior estimator = Standardised(contender, training);
        estimator.Network.Perturb(0.02, RandomKey.FromSeed(3));
        using Observation x = new(tensor(new[,] { { 0.5e-3f, -800f } }));
        const int points = 400, reach = 8;
        Tensor axis = (arange(points, dtype: ScalarType.Float64) + 0.5) * (2.0 * reach / points) - reach;
        Tensor first = (axis * s_scales[0]).to(ScalarType.Float32), second = (axis * s_scales[1]).to(ScalarType.Float32);
        Tensor theta = stack([first.repeat_interleave(points), second.repeat(points)], 1);
        using IDisposable noGrad = no_grad();
        Tensor log = ((ITractableDensity)estimator).LogProb(theta, estimator.Summarise(x).expand(theta.shape[0], -1));

        double cell = Math.Pow(2.0 * reach / points, 2) * s_scales[0] * s_scales[1];
        Assert.That(log.to(ScalarType.Float64).exp().sum().item<double>() * cell, Is.EqualTo(1).Within(0.01));
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void DrawsComeWithTheirDensity(string contender)
    {
        using IDisposable scope = NewDisposeScope();
        using Simulations training = Simulate(512, 2);
        using StandardisedPosterior estimator = Standardised(contender, training);
        using IPosteriorEstimator plain = Contenders.Create(contender, perturbed: true, dropout: 0);
        estimator.Network.Perturb(0.02, RandomKey.FromSeed(3));
        using Observation x = new(tensor(new[,] { { 0.5e-3f, -800f } }));
        Tensor condition = estimator.Summarise(x).expand(50, -1);
        using BlockNoise noise = new([RandomKey.FromSeed(7)], [50], 2, CPU);
        using DrawsWithDensity draws = ((IDensityOfDraws)estimator).DrawWithDensity(condition, noise);

        Assert.That(estimator is ITractableDensity, Is.EqualTo(plain is ITractableDensity), "no density is won or lost");
        Assert.That(draws.Theta.shape, Is.EqualTo(new long[] { 50, 2 }));
        Assert.That(draws.LogProb.isfinite().all().item<bool>());
        if (estimator is ITractableDensity density)
        {
            double difference = (density.LogProb(draws.Theta, condition) - draws.LogProb).abs().max().item<float>();
            Assert.That(difference, Is.LessThan(0.05));
        }
    }

    [Test]
    public void ItsNumbersAreStoredWithTheWeights()
    {
        using IDisposable scope = NewDisposeScope();
        using Simulations training = Simulate(512, 2), other = Simulate(8, 9);
        using StandardisedPosterior trained = Standardised("acf", training), restored = Standardised("acf", other);
        using Observation x = new(tensor(new[,] { { 0.5e-3f, -800f } }));
        using Tensor expected = PosteriorSampler.Sample(trained, x, 10, 1, RandomKey.FromSeed(6));

        NetworkState.Restore(restored.Network, NetworkState.Copy(trained.Network));

        using Tensor found = PosteriorSampler.Sample(restored, x, 10, 1, RandomKey.FromSeed(6));
        Assert.That(found.equal(expected).all().item<bool>());
    }

    [Test]
    public void SetsAreScaledByCoordinateAndImagesAsAWhole()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(4));
        Tensor set = random.Normal([200, 5, 2]) * tensor([2f, 300f]) + tensor([1f, -1000f]);
        Tensor image = random.Normal([200, 1, 4, 4]) * 7 + 50;
        using Observation x = new(new Dictionary<string, Tensor> { ["set"] = set, ["image"] = image });
        using Standardisation scaling = new(random.Normal([200, 3]), x);

        using Observation scaled = scaling.Apply(x);

        Assert.That(Doubles(scaled["set"].std([0L, 1L])), Is.All.EqualTo(1).Within(1e-3));
        Assert.That(Doubles(scaled["set"].mean([0L, 1L])), Is.All.EqualTo(0).Within(1e-5));
        Assert.That(scaled["image"].std().item<float>(), Is.EqualTo(1).Within(1e-3));
        Assert.That(
            () => scaling.Apply(new Observation(set)), Throws.ArgumentException.With.Message.Contains("expected the tensors image, set"));
    }

    private static StandardisedPosterior Standardised(string contender, Simulations training) =>
        StandardisedPosterior.Around(Contenders.Create(contender, dropout: 0), new Standardisation(training.Theta, training.X));

    private static Simulations Simulate(long count, long seed)
    {
        using RandomSource random = new(RandomKey.FromSeed(seed));
        Tensor scales = tensor(s_scales).to(ScalarType.Float32);
        Tensor theta = random.Normal([count, 2]) * scales;
        return new Simulations(theta, new Observation(theta + random.Normal([count, 2]) * scales * 0.1));
    }

    private static double[] Doubles(Tensor values) => values.to(ScalarType.Float64).data<double>().ToArray();
}
