using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Series;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Series;

/// <summary>
/// The series networks in vector code against the same networks in libtorch's operations, dropout included: values, gradients, trainings,
/// evaluation, memory.
/// </summary>
[Category("VectorCode")]
public sealed class VectorSeriesTests
{
    private const double Tolerance = 1e-5;
    private static readonly RandomKey s_key = RandomKey.FromSeed(53);

    private static SeriesFusionSettings Settings { get; } = new() { Curve = "growth", Profiles = ["a", "b"], Outputs = 32 };

    [SetUp]
    public void RequireVectors() => VectorCode.Require();

    [Test]
    public void AnLstmIsLibtorchs(
        [Values(1, 32, 50)] int series, [Values(2, 3, 30)] int times, [Values(1, 3)] int features, [Values(8, 16, 32)] int units) =>
        AssertSame(
            random => new LstmLayer(features, units, random), random => random.Normal([series, times, features]),
            (lstm, x, pass) =>
            {
                Assert.That(lstm.UsesVectors(x, pass), Is.Not.EqualTo(pass.NeedsSecondDerivatives));
                return lstm.Apply(x, pass);
            });

    [Test]
    public void SelfAttentionIsLibtorchs([Values(2, 5, 40)] int points, [Values(1, 2, 3)] int features, [Values(0, 0.1)] double dropout) =>
        AssertSame(
            random => new AttentionBlock(features, features, Widths(dropout, layerNorm: features > 2), random),
            random => random.Normal([3, points, features]),
            (block, x, pass) => Attended(block, x, x, pass), inputGradient: true);

    [Test]
    public void AttentionOfAWideQueryIsLibtorchs([Values(0, 0.3)] double dropout)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource other = new(s_key.Child("query"));
        Tensor query = other.Normal([3, 1, 6]);
        AssertSame(
            random => new AttentionBlock(6, 2, Widths(dropout), random), random => random.Normal([3, 20, 2]),
            (block, x, pass) => Attended(block, query, x, pass), inputGradient: true);
    }

    [Test]
    public void TheSummaryOfTheTumourIsLibtorchs([Values(0, 0.1)] double dropout) =>
        AssertSame(
            random => new SeriesFusion(Example(8, 30, random), With(dropout), random), random => Example(40, 30, random),
            (fusion, x, pass) => fusion.Summarise(x, pass));

    [Test]
    public void ATrainingHasLibtorchsLosses()
    {
        double[] vectors = Losses(vectors: true), plain = Losses(vectors: false);
        Assert.That(vectors, Has.Length.EqualTo(40));
        Assert.That(vectors[^1], Is.LessThan(0.5 * vectors[0]), "it learns");
        Assert.That(vectors.Zip(plain, (v, p) => Math.Abs(v / p - 1)).Max(), Is.LessThan(1e-3), "no more than what rounding grows to");
    }

    [Test]
    public void EvaluationWithoutGradientsIsTheSameFunction()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        SeriesFusion fusion = new SeriesFusion(Example(8, 30, random), Settings, random).Perturb(0.1, s_key.Child("w"));
        foreach (int points in new[] { 30, 7, 30 })
        {
            Observation x = Example(50, points, random);
            double[] plain = fusion.Summarise(x, ForwardPass.Evaluation).detach().Numbers();
            using IDisposable noGrad = no_grad();
            double[] vectors = fusion.Summarise(x, ForwardPass.Evaluation).Numbers();
            Assert.That(vectors, Is.EqualTo(plain).Within(Tolerance * plain.Max(Math.Abs)));
        }
    }

    [Test]
    public void WhatVectorCodeDoesNotTakeIsLeftToLibtorch()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        ForwardPass pass = ForwardPass.WithDropout(random);
        Tensor series = random.Normal([3, 5, 2]);
        LstmLayer lstm = new(2, 8, random);
        Assert.Multiple(() =>
        {
            Assert.That(lstm.UsesVectors(series, pass), Is.True);
            Assert.That(lstm.UsesVectors(series.clone().requires_grad_(), pass), Is.False, "a gradient by the series");
            Assert.That(new LstmLayer(2, 6, random).UsesVectors(series, pass), Is.False, "units");
            Assert.That(new AttentionBlock(2, 4, Widths(0), random).UsesVectors(random.Normal([3, 5, 4]), pass), Is.False, "four numbers");
            AttentionSettings narrow = Widths(0) with { KeySize = 2 };
            Assert.That(new AttentionBlock(2, 2, narrow, random).UsesVectors(series, pass), Is.False, "keys no longer than points");
        });
    }

    [Test]
    public void GradientsOfTwoPassesAdd()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(16, 9, random);
        SeriesFusion fusion = new(x, With(dropout: 0), random);
        VectorCode.AssertGradientsAdd(fusion, () => fusion.Summarise(x, ForwardPass.WithDropout(random)).square().sum());
    }

    [Test]
    public void ManyPassesLeaveNoMemoryBehind()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(64, 30, random);
        SeriesFusion fusion = new(x, Settings, random);

        // What a pass leaves for its gradient is 6 MB.
        VectorCode.AssertFlatMemory(20, 100, 150_000_000, () =>
            fusion.Summarise(x, ForwardPass.WithDropout(random)).square().mean());
    }

    // Of two numbers layer normalisation leaves little but their signs.
    private static AttentionSettings Widths(double dropout, bool layerNorm = true) =>
        new(Heads: 2, KeySize: 8, Units: 32, Layers: 2, dropout, layerNorm);

    private static SeriesFusionSettings With(double dropout) => Settings with { Transformer = new() { Dropout = dropout } };

    private static Tensor Attended(AttentionBlock block, Tensor from, Tensor to, ForwardPass pass)
    {
        Assert.That(block.UsesVectors(to, pass), Is.Not.EqualTo(pass.NeedsSecondDerivatives));
        return block.Apply(from, to, pass);
    }

    private static Observation Example(long rows, long points, RandomSource random) => new(new Dictionary<string, Tensor>
    {
        ["growth"] = random.Normal([rows, 19]) * 70 + 300,
        ["a"] = random.Uniform([rows, points]),
        ["b"] = random.Uniform([rows, points]) * 20,
    });

    private static double[] Losses(bool vectors)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(64, 30, random);
        SeriesFusion fusion = new(x, With(dropout: 0), random);
        Tensor wanted = x["a"].mean([1], keepdim: true) - 0.5;
        using Adam optimiser = optim.Adam(fusion.parameters(), 1e-3);
        List<double> losses = [];
        for (int step = 0; step < 40; step++)
        {
            using IDisposable inner = NewDisposeScope();
            optimiser.zero_grad();
            Tensor loss = (fusion.Summarise(x, ForwardPass.WithDropout(random, needsSecondDerivatives: !vectors)) - wanted).square().mean();
            loss.backward();
            optimiser.step();
            losses.Add(loss.item<float>());
        }

        return [.. losses];
    }

    // Outputs and all gradients of a training pass on the same numbers with the same masks; one for second derivatives is libtorch's.
    private static void AssertSame<TNetwork, TInput>(
        Func<RandomSource, TNetwork> create, Func<RandomSource, TInput> draw, Func<TNetwork, TInput, ForwardPass, Tensor> apply,
        bool inputGradient = false)
        where TNetwork : Network
    {
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, double[]> found = Pass(true);
        VectorCode.AssertSame(found, Pass(false), Tolerance, smallest: 0.1);
        Assert.That(
            found.Where(p => !p.Key.EndsWith("keys.bias", StringComparison.Ordinal) && p.Value.All(v => v == 0)).Select(p => p.Key),
            Is.Empty, "something flows everywhere");

        Dictionary<string, double[]> Pass(bool vectors)
        {
            using RandomSource random = new(s_key);
            TNetwork network = create(random).Perturb(0.1, s_key.Child("w"));
            TInput x = draw(random);
            Tensor? input = inputGradient ? (x as Tensor)!.requires_grad_() : null;
            Tensor y = apply(network, x, ForwardPass.WithDropout(random, needsSecondDerivatives: !vectors));
            (y * random.Normal(y.shape)).sum().backward();
            Dictionary<string, double[]> numbers = network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.Numbers());
            numbers["y"] = y.detach().Numbers();
            if (input is not null)
            {
                numbers["x"] = input.grad!.Numbers();
            }

            return numbers;
        }
    }
}
