using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;
using Adam = Reproduce.Inference.Training.Adam;
using Parameter = TorchSharp.Modules.Parameter;

namespace Reproduce.Tests.Inference;

/// <summary>The flat optimiser against libtorch's own, tensor by tensor.</summary>
[Category("VectorCode")]
public sealed class AdamTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(37);

    // The gradients are given, not computed, so that rounding is not fed back through a network and 1e-6 stays meaningful.
    [Test]
    public void IsLibtorchsAdamOverAThousandSteps(
        [Values(0, 0.01)] double decay, [Values("Memory", "Tensors", "Fused")] string path)
    {
        const double rate = 1e-3;
        using ResidualMlp ours = Mlp();
        using ResidualMlp theirs = Mlp();
        TrainingSettings settings = new()
        {
            Steps = 1000,
            BatchSize = 1,
            LearningRate = rate,
            ClipNorm = 0,
            WeightDecay = decay,
            AdamEpsilon = 1e-7,
        };
        using FlatParameters flat = new(ours);
        using Adam adam = new(flat, settings, Enum.Parse<AdamPath>(path));
        Parameter[] reference = [.. theirs.parameters()];
        using optim.Optimizer stock = decay > 0
            ? optim.AdamW(reference, rate, 0.9, 0.999, 1e-7, decay)
            : optim.Adam(reference, rate, 0.9, 0.999, 1e-7);
        using RandomSource random = new(s_key);
        for (int step = 0; step < 1000; step++)
        {
            using IDisposable scope = NewDisposeScope();
            flat.ZeroGradients();
            foreach ((Parameter a, Parameter b) in ours.parameters().Zip(reference))
            {
                Tensor gradient = random.Normal(a.shape) * Math.Exp(2 * random.NextDouble());
                a.grad!.copy_(gradient);
                b.grad = gradient.clone().DetachFromDisposeScope();
            }

            adam.Step(step, rate);
            stock.step();
        }

        foreach (((string name, Parameter a), Parameter b) in ours.named_parameters().Zip(reference))
        {
            Assert.That(a.Numbers(), Is.EqualTo(b.Numbers()).Within(1e-6), name);
        }
    }

    /// <summary>On devices gradients are gathered after the pass, and clipping is a divisor of the fused update.</summary>
    [TestCase(0)]
    [TestCase(0.5)]
    [TestCase(1)]
    [TestCase(1e6)]
    public void GatheredGradientsAndTheFusedUpdateMoveTheWeightsAlike(double clip)
    {
        using IDisposable scope = NewDisposeScope();
        using ResidualMlp usual = Mlp(l2: 0.03), gathered = Mlp(l2: 0.03);
        TrainingSettings settings = new() { Steps = 1, BatchSize = 1, LearningRate = 0, ClipNorm = clip, WeightDecay = 0.01 };
        using FlatParameters flat = new(usual, gathers: false), other = new(gathered, gathers: true);
        using Adam adam = new(flat, settings, AdamPath.Tensors), fused = new(other, settings, AdamPath.Fused);
        using RandomSource random = new(s_key);
        (Tensor theta, Tensor condition, Tensor time) = (random.Normal([4, 2]), random.Normal([4, 2]), random.Uniform([4, 1]));
        for (int step = 0; step < 5; step++)
        {
            double[] norms = [Step(usual, flat, adam), Step(gathered, other, fused)];
            Assert.That(norms[1], Is.EqualTo(norms[0]).Within(1e-3).Percent);

            double Step(ResidualMlp network, FlatParameters parameters, Adam optimiser)
            {
                parameters.ZeroGradients();
                network.Apply(theta, condition, time, ForwardPass.Evaluation).square().sum().backward();
                parameters.Gather();
                return optimiser.Step(step, 1e-2).item<float>();
            }
        }

        Assert.That(other.Values.Numbers(), Is.EqualTo(flat.Values.Numbers()).Within(1e-5));
        Assert.That(gathered.parameters().First().Numbers(), Is.EqualTo(usual.parameters().First().Numbers()).Within(1e-5));
    }

    [TestCase(0.5)]
    [TestCase(1e6)]
    public void ClippingScalesTheGlobalNorm(double clip)
    {
        using IDisposable scope = NewDisposeScope();
        using ResidualMlp network = Mlp();
        using FlatParameters flat = new(network);
        using Adam adam = new(flat, new TrainingSettings { Steps = 1, BatchSize = 1, LearningRate = 0, ClipNorm = clip });
        using RandomSource random = new(s_key);
        double squares = 0;
        List<double> before = [];
        foreach (Parameter parameter in network.parameters())
        {
            Tensor gradient = random.Normal(parameter.shape);
            parameter.grad!.copy_(gradient);
            squares += gradient.square().sum().item<float>();
            before.AddRange(gradient.Numbers());
        }

        double norm = Math.Sqrt(squares);
        Assert.That(adam.Step(0, 0).item<float>(), Is.EqualTo(norm).Within(1e-4).Percent, "the norm before clipping is returned");
        double scale = clip / Math.Max(norm, clip);
        double[] after = [.. network.parameters().SelectMany(p => p.grad!.Numbers())];
        Assert.That(after, Is.EqualTo(before.Select(g => g * scale)).Within(1e-6));
    }

    [Test]
    public void PenaltiesAddTheGradientOfTheirSumOfSquares()
    {
        using IDisposable scope = NewDisposeScope();
        using ResidualMlp network = Mlp(l2: 0.03);
        Tensor penalty = network.Penalties.Select(p => p.Parameter.square().sum() * p.Strength).Aggregate((a, b) => a + b);
        penalty.backward();
        Dictionary<string, double[]> expected = network.named_parameters()
            .ToDictionary(p => p.name, p => p.parameter.grad is { } g ? g.Numbers() : new double[p.parameter.numel()]);
        using FlatParameters flat = new(network);
        using Adam adam = new(flat, new TrainingSettings { Steps = 1, BatchSize = 1, LearningRate = 0, ClipNorm = 0 });
        Assert.That(flat.HasPenalty, Is.True);
        flat.ZeroGradients();
        adam.Step(0, 0);
        foreach ((string name, Parameter parameter) in network.named_parameters())
        {
            Assert.That(parameter.grad!.Numbers(), Is.EqualTo(expected[name]).Within(1e-7), name);
        }
    }

    [Test]
    public void FlatteningKeepsTheFunctionAndSharesTheMemory()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using ResidualMlp network = Mlp();
        (Tensor theta, Tensor condition, Tensor time) = (random.Normal([4, 2]), random.Normal([4, 2]), random.Uniform([4, 1]));
        double[] before = Output().Numbers();
        using FlatParameters flat = new(network);
        Assert.That(Output().Numbers(), Is.EqualTo(before));
        Assert.That(flat.Count, Is.EqualTo(network.CountWeights()));
        Output().sum().backward();
        double[] gradients = [.. network.parameters().SelectMany(p => p.grad!.Numbers())];
        Assert.That(gradients.Sum(g => g * g), Is.EqualTo(flat.Gradients.square().sum().item<float>()).Within(1e-3).Percent);
        Assert.That(gradients, Has.Some.Not.Zero);
        using (no_grad())
        {
            flat.Values.zero_();
        }

        Assert.That(Output().Numbers(), Has.All.Zero);

        Tensor Output() => network.Apply(theta, condition, time, ForwardPass.Evaluation);
    }

    private static ResidualMlp Mlp(double l2 = 0)
    {
        using RandomSource random = new(s_key.Child("weights"));
        return new ResidualMlp(2, 2, new ResidualMlpSettings { Units = 9, Blocks = 1, L2 = l2 }, random);
    }
}
