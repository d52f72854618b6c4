using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Parameters with bounds on the whole line: none, a lower one, an upper one, both.</summary>
public sealed class UnboundingTests : ScopedTests
{
    private static readonly (double Low, double High)[] s_support =
    [
        (double.NegativeInfinity, double.PositiveInfinity), (2, double.PositiveInfinity), (double.NegativeInfinity, -1), (-3, 5),
    ];

    [Test]
    public void TheMapIsTheLogarithmAboveABoundAndTheLogitBetweenTwo()
    {
        double[] line = Doubles(Map(ScalarType.Float64).Apply(tensor([0.7, 2.5, -4.0, 3.0])));
        Assert.That(line, Is.EqualTo(new[] { 0.7, Math.Log(0.5), -Math.Log(3), Math.Log(6 / 2.0) }).Within(1e-12));
    }

    [Test]
    public void ItIsUndone()
    {
        using RandomSource random = new(RandomKey.FromSeed(1));
        Tensor line = random.Normal([500, 3, 4], dtype: ScalarType.Float64) * 2;
        Unbounding map = Map(ScalarType.Float64);
        Tensor theta = map.Undo(line);
        Assert.That((map.Apply(theta) - line).abs().max().item<double>(), Is.LessThan(1e-8));
        Assert.That(map.Contains(theta).all().item<bool>(), Is.True);
        Assert.That(Map(ScalarType.Float32).Contains(Map(ScalarType.Float32).Undo(line.to(ScalarType.Float32) * 20)).all().item<bool>());
    }

    /// <summary>-1000 + 1000.13 is more than 0.13 in float32; beside one bound an exponential of 88 is the last finite one.</summary>
    [Test]
    public void NoNumberOnTheLineLeadsOutOfTheBoundsOrToInfinity([Values(ScalarType.Float32, ScalarType.Float64)] ScalarType type)
    {
        (double Low, double High)[] support =
        [
            (-1000, 0.13f), (0.13f, 1000), (-0.1f, 0.7f), (2, double.PositiveInfinity), (double.NegativeInfinity, -1),
        ];
        Tensor low = tensor(support.Select(s => s.Low).ToArray()).to(type), high = tensor(support.Select(s => s.High).ToArray()).to(type);
        Tensor line = tensor(new double[] { -1000, -100, -30, -17, 0, 17, 30, 100, 1000 }).to(type).unsqueeze(1).expand(-1, 5);
        Unbounding map = new(low, high);
        Tensor theta = map.Undo(line);
        Assert.Multiple(() =>
        {
            Assert.That(theta.isfinite().all().item<bool>());
            Assert.That(map.Contains(theta).all().item<bool>());
            Assert.That(Doubles(theta[8, 0])[0], Is.EqualTo(0.13f), "the bound itself");
            Assert.That(map.LogDeterminant(theta).isfinite().all().item<bool>());
        });
    }

    [Test]
    public void ItsDeterminantIsThatOfItsJacobian()
    {
        using RandomSource random = new(RandomKey.FromSeed(2));
        Unbounding map = Map(ScalarType.Float64);
        Tensor theta = map.Undo(random.Normal([50, 4], dtype: ScalarType.Float64)).detach();
        const double Step = 1e-6;
        Tensor slopes = (map.Apply(theta + Step) - map.Apply(theta - Step)) / (2 * Step);
        Assert.That((slopes.log().sum(1) - map.LogDeterminant(theta)).abs().max().item<double>(), Is.LessThan(1e-6));
    }

    [Test]
    public void ABoundItselfIsANumberOnTheLine()
    {
        Tensor theta = tensor([0f, 2, -1, 5]);
        Unbounding map = Map(ScalarType.Float32);
        Assert.That(map.Apply(theta).isfinite().all().item<bool>());
        Assert.That(map.LogDeterminant(theta).isfinite().item<bool>());
        Assert.That(map.Contains(tensor([0f, 1.9f, -2, 0])).item<bool>(), Is.False);
    }

    /// <summary>A sum over a fine grid of the box; outside of it there is nothing, and no draw lies there.</summary>
    [TestCase("acf")]
    [TestCase("nsf")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ADensityIntegratesToOneWithinTheBounds(string contender)
    {
        using Simulations training = Simulate(512);
        using StandardisedPosterior estimator = Bounded(contender, training);
        estimator.Network.Perturb(0.02, RandomKey.FromSeed(3));
        using Observation x = new(tensor(new[,] { { 2.5f, 0.5f } }));
        const int Points = 400;
        // theta1 above 2, by its logarithm; theta2 between -3 and 5.
        Tensor log = (arange(Points, dtype: ScalarType.Float64) + 0.5) * (20.0 / Points) - 12;
        Tensor first = 2 + log.exp(), second = (arange(Points, dtype: ScalarType.Float64) + 0.5) * (8.0 / Points) - 3;
        Tensor theta = stack([first.repeat_interleave(Points), second.repeat(Points)], 1).to(ScalarType.Float32);
        Tensor cells = (log.exp() * (20.0 / Points) * (8.0 / Points)).repeat_interleave(Points);
        using IDisposable noGrad = no_grad();
        Tensor condition = estimator.Summarise(x);
        ITractableDensity density = (ITractableDensity)estimator;
        Tensor mass = density.LogProb(theta, condition.expand(theta.shape[0], -1)).to(ScalarType.Float64).exp() * cells;
        Tensor outside = density.LogProb(tensor(new[,] { { 1.5f, 0f }, { 3f, 6f } }), condition.expand(2, -1));

        Assert.That(mass.sum().item<double>(), Is.EqualTo(1).Within(0.01));
        Assert.That(outside.isneginf().all().item<bool>());
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    public void DrawsLieWithinTheBoundsAndTheBoundsAreStoredWithTheWeights(string contender)
    {
        using Simulations training = Simulate(512);
        using StandardisedPosterior estimator = Bounded(contender, training);
        estimator.Network.Perturb(0.3, RandomKey.FromSeed(3));
        using StandardisedPosterior restored = StandardisedPosterior.Around(
            Contenders.Create(contender, dropout: 0), new Standardisation(training.Theta, training.X, [s_support[0], s_support[0]]));
        NetworkState.Restore(restored.Network, NetworkState.Copy(estimator.Network));
        using Observation x = new(tensor(new[,] { { 2.5f, 0.5f } }));
        Tensor draws = PosteriorSampler.Sample(estimator, x, 500, 4, RandomKey.FromSeed(6));

        Assert.That(draws.select(2, 0).min().item<float>(), Is.GreaterThanOrEqualTo(2));
        Assert.That(draws.select(2, 1).min().item<float>(), Is.GreaterThanOrEqualTo(-3));
        Assert.That(draws.select(2, 1).max().item<float>(), Is.LessThanOrEqualTo(5));
        Assert.That(PosteriorSampler.Sample(restored, x, 500, 4, RandomKey.FromSeed(6)).equal(draws).all().item<bool>());
    }

    private static StandardisedPosterior Bounded(string contender, Simulations training) => StandardisedPosterior.Around(
        Contenders.Create(contender, dropout: 0), new Standardisation(training.Theta, training.X, [s_support[1], s_support[3]]));

    private static Simulations Simulate(long count)
    {
        using RandomSource random = new(RandomKey.FromSeed(8));
        Tensor theta = stack([2 + random.Normal([count]).exp(), random.Uniform([count]) * 8 - 3], 1);
        return new Simulations(theta, new Observation(theta + random.Normal([count, 2]) * 0.3));
    }

    private static Unbounding Map(ScalarType dtype) => new(
        tensor(s_support.Select(s => s.Low).ToArray()).to(dtype), tensor(s_support.Select(s => s.High).ToArray()).to(dtype));

    private static double[] Doubles(Tensor values) => values.to(ScalarType.Float64).data<double>().ToArray();
}
