using System.Runtime.InteropServices;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Series;
using Reproduce.Tests.Inference.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Series;

/// <summary>The networks of the tumour experiment: published sizes, values by hand, what they see and what is penalised.</summary>
public sealed class SeriesNetworkTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(37);

    [Test]
    public void HaveThePublishedSizes()
    {
        using RandomSource random = new(s_key);
        using Observation x = Example(8, 20, 300, random);
        using SeriesFusion fusion = new(x, Settings, random);
        using TimeSeriesTransformer transformer = new(3, new TimeSeriesTransformerSettings(), random);
        using LstmLayer lstm = new(1, 16, random);
        Assert.Multiple(() =>
        {
            Assert.That(fusion.CountWeights(), Is.EqualTo(179_620));
            Assert.That(transformer.CountWeights(), Is.EqualTo(91_908));
            Assert.That(lstm.CountWeights(), Is.EqualTo(1_152));
            Assert.That(fusion.CountWeights() - transformer.CountWeights() - lstm.CountWeights(), Is.EqualTo(86_560), "the joining layers");
        });
    }

    [Test]
    public void LstmFollowsItsFormula()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using LstmLayer lstm = new LstmLayer(2, 3, random).Perturb(0.3, s_key.Child("w"));
        Tensor series = random.Normal([4, 6, 2]);
        HandNetworks hand = new(lstm);
        double[] expected = [.. Enumerable.Range(0, 4).SelectMany(b => hand.Lstm("", Rows(series[b]), 3))];
        Assert.That(lstm.Apply(series, ForwardPass.Evaluation).Numbers(), Is.EqualTo(expected).Within(1e-6));
    }

    /// <summary>What a GPU runs is libtorch's layer, with other gates in other places: values and all gradients are the same.</summary>
    [Test]
    public void TheFusedLstmIsTheSame()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using LstmLayer lstm = new LstmLayer(2, 3, random).Perturb(0.3, s_key.Child("w"));
        Tensor series = random.Normal([4, 6, 2]);
        (double[] values, Dictionary<string, double[]> gradients) = Run(x => lstm.Apply(x, ForwardPass.Evaluation));
        (double[] fused, Dictionary<string, double[]> fusedGradients) = Run(lstm.ApplyFused);
        Assert.That(fused, Is.EqualTo(values).Within(1e-6));
        foreach ((string name, double[] gradient) in gradients)
        {
            Assert.That(fusedGradients[name], Is.EqualTo(gradient).Within(1e-5), name);
        }

        // Not without gradients: oneDNN, which this libtorch then takes on a CPU, gives wrong numbers on some processors.
        (double[], Dictionary<string, double[]>) Run(Func<Tensor, Tensor> apply)
        {
            lstm.zero_grad();
            Tensor last = apply(series);
            last.square().sum().backward();
            return (last.detach().Numbers(), lstm.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.Numbers()));
        }
    }

    [Test]
    public void LstmBeginsAsInKeras()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using LstmLayer lstm = new(2, 5, random);
        Dictionary<string, Tensor> w = lstm.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach());
        Assert.Multiple(() =>
        {
            Assert.That(w["recurrent"].t().mm(w["recurrent"]).Numbers(), Is.EqualTo(eye(5).Numbers()).Within(1e-6), "orthonormal");
            Assert.That(w["input.bias"].Numbers(), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i is >= 5 and < 10 ? 1.0 : 0.0)));
            Assert.That(w["input.weight"].abs().max().item<float>(), Is.LessThanOrEqualTo(Math.Sqrt(6.0 / 22)));
        });
    }

    [Test]
    public void TransformerFollowsItsFormula()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        TimeSeriesTransformerSettings settings = new() { Outputs = 4, Blocks = 2, TemplateUnits = 3, Heads = 2, KeySize = 3, Units = 5 };
        using TimeSeriesTransformer transformer = new TimeSeriesTransformer(2, settings, random).Perturb(0.3, s_key.Child("w"));
        Tensor series = random.Normal([3, 6, 2]);
        HandNetworks hand = new(transformer);
        double[] expected = [.. Enumerable.Range(0, 3).SelectMany(b =>
        {
            double[][] rows = Rows(series[b]);
            double[][] read = hand.Attention("blocks.0.", rows, rows, 2, 3, 2);
            read = hand.Attention("blocks.1.", read, read, 2, 3, 2);
            double[][] query = [hand.Lstm("template.", rows, 3)];
            return hand.Affine("last", hand.Attention("pooling.", query, read, 2, 3, 2))[0];
        })];
        Assert.That(transformer.Apply(series, ForwardPass.Evaluation).Numbers(), Is.EqualTo(expected).Within(2e-5));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void FusionJoinsStandardisedPartsAndAPosition(int pointsPerStep)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        Observation x = Example(5, 4, 6, random);
        using SeriesFusion fusion = new SeriesFusion(x, Small with { PointsPerStep = pointsPerStep }, random).Perturb(
            0.2,
            s_key.Child("w")
        );
        HandNetworks hand = new(fusion);
        double[][] growth = Standardised(x["growth"]), a = Standardised(x["a"]), b = Standardised(x["b"]);
        double[] expected = [.. Enumerable.Range(0, 5).SelectMany(j =>
        {
            double[] grown = hand.Lstm("curve.", [.. growth[j].Select(v => new[] { v })], 2);
            int steps = 6 / pointsPerStep;
            double[][] rows = [.. Enumerable.Range(0, steps).Select(i => new[]
            {
                a[j].Skip(i * pointsPerStep).Take(pointsPerStep).Average(),
                b[j].Skip(i * pointsPerStep).Take(pointsPerStep).Average(),
                i / (steps - 1.0),
            })];
            double[][] read = hand.Attention("profiles.blocks.0.", rows, rows, 2, 3, 1);
            double[][] query = [hand.Lstm("profiles.template.", rows, 3)];
            double[] radial = hand.Affine("profiles.last", hand.Attention("profiles.pooling.", query, read, 2, 3, 1))[0];
            double[][] hidden = hand.Affine("joined.layers.0", [[.. grown, .. radial]]);
            return hand.Affine("last", [[.. hidden[0].Select(HandNetworks.Swish)]])[0];
        })];
        Assert.That(fusion.Summarise(x, ForwardPass.Evaluation).Numbers(), Is.EqualTo(expected).Within(2e-5));
    }

    [Test]
    public void ManyDataSetsAreSummarisedAsFew()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(150, 4, 6, random);
        using SeriesFusion fusion = new SeriesFusion(x, Small, random).Perturb(0.2, s_key.Child("w"));
        double[] together = fusion.Summarise(x, ForwardPass.Evaluation).Numbers();
        using IDisposable noGrad = no_grad();
        Assert.That(
            fusion.Summarise(x, ForwardPass.Evaluation).Numbers(),
            Is.EqualTo(together).Within(1e-5),
            "in chunks, without gradients"
        );
    }

    [Test]
    public void GradientsReachEveryWeight()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(6, 4, 6, random);
        using SeriesFusion fusion = new SeriesFusion(x, Small, random).Perturb(0.1, s_key.Child("w"));
        fusion.Summarise(x, ForwardPass.WithDropout(random)).square().sum().backward();
        Assert.Multiple(() =>
        {
            foreach ((string name, Tensor weight) in fusion.named_parameters())
            {
                // A key's bias shifts all similarities of a query alike, which softmax does not see.
                if (!name.EndsWith("keys.bias", StringComparison.Ordinal))
                {
                    Assert.That(weight.grad?.abs().max().item<float>() ?? 0, Is.GreaterThan(0), name);
                }
            }
        });
    }

    [Test]
    public void PenaltiesAreOnWeightsAndBiasesOfTheHiddenDenseLayers()
    {
        using RandomSource random = new(s_key);
        using Observation x = Example(8, 20, 300, random);
        using SeriesFusion fusion = new(x, Settings, random);
        HashSet<IntPtr> penalised = [.. fusion.Penalties.Where(p => p.Strength == 1e-4).Select(p => p.Parameter.Handle)];
        Assert.That(penalised, Has.Count.EqualTo(fusion.Penalties.Count()));
        Assert.That(
            fusion.named_parameters().Where(p => penalised.Contains(p.parameter.Handle)).Select(p => p.name),
            Is.EquivalentTo(
                from layers in (string[])["profiles.blocks.0.hidden", "profiles.blocks.1.hidden", "profiles.pooling.hidden", "joined"]
                from layer in (string[])["0", "1"]
                from part in (string[])["weight", "bias"]
                select $"{layers}.layers.{layer}.{part}"));
    }

    [Test]
    public void LstmStaysOnItsDevice()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using LstmLayer lstm = new(2, 3, random);
        lstm.to(META);
        Tensor output = lstm.Apply(random.Normal([6, 4, 2], META), ForwardPass.Evaluation);
        output.sum().backward();
        Assert.That(output.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(output.shape, Is.EqualTo(new long[] { 6, 3 }));
        Assert.That(lstm.parameters().Select(p => p.grad?.device.type), Is.All.EqualTo(DeviceType.META));
    }

    // Layer normalisation has no meta kernel in this libtorch. What the fusion itself makes (standardised parts, positions) is made before.
    [Test]
    public void FusionStaysOnItsDeviceUpToTheMissingKernel()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(6, 4, 6, random);
        using SeriesFusion fusion = new(x, Small, random);
        fusion.to(META);
        Observation there = new(x.Parts.ToDictionary(p => p.Key, p => random.Normal(p.Value.shape, META)));
        Assert.That(
            () => fusion.Summarise(there, ForwardPass.WithDropout(random)),
            Throws
                .TypeOf<ExternalException>()
                .With.Message.Contains("aten::native_batch_norm: attempted to run this operator with Meta tensors")
        );
    }

    [Test]
    public void SaysWhatDoesNotFit()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Observation x = Example(6, 4, 6, random);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => new SeriesFusion(x, Small with { PointsPerStep = 4 }, random),
                Throws.ArgumentException.With.Message.StartsWith("points_per_step: expected a divisor of the 6 points, got 4."));
            Assert.That(
                () => new SeriesFusion(x, Small with { Profiles = ["a", "growth"], Curve = "b" }, random),
                Throws.ArgumentException.With.Message.StartsWith("observation 'growth': expected [B, 6], got [6, 4]."));
            Assert.That(
                () => new SeriesFusion(x, Small with { Curve = "grow" }, random),
                Throws.ArgumentException.With.Message.Contains("curve: the observation has no part 'grow'"));
        });
    }

    private static SeriesFusionSettings Settings { get; } = new() { Curve = "growth", Profiles = ["a", "b"], Outputs = 32 };

    private static SeriesFusionSettings Small { get; } = Settings with
    {
        CurveUnits = 2,
        Units = 4,
        Layers = 1,
        Outputs = 3,
        Transformer = new() { Outputs = 2, Blocks = 1, TemplateUnits = 3, Heads = 2, KeySize = 3, Units = 4, Layers = 1 },
    };

    private static Observation Example(long rows, long times, long points, RandomSource random) => new(new Dictionary<string, Tensor>
    {
        ["growth"] = random.Normal([rows, times]) * 70 + 300,
        ["a"] = random.Uniform([rows, points]),
        ["b"] = random.Uniform([rows, points]) * 20,
    });

    private static double[][] Rows(Tensor matrix) => [.. matrix.Numbers().Chunk((int)matrix.shape[1])];

    private static double[][] Standardised(Tensor part)
    {
        double[] values = part.Numbers();
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return [.. values.Select(v => (v - mean) / deviation).ToArray().Chunk((int)part.shape[1])];
    }
}
