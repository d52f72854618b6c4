using System.Globalization;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Faults;

/// <summary>Simulations and observations that no network can learn from, handed to the library: named, converted or learned.</summary>
public sealed class LibraryDataTests
{
    private const int Subject = 13;
    private const int Count = 64;
    private const double Constant = 0.75;

    private static readonly RandomKey s_key = RandomKey.FromSeed(97);
    private static readonly TrainingSettings s_training = new() { Epochs = 2, BatchSize = 32, LearningRate = 1e-3 };

    [Test]
    public void OtherTypesOfNumbersAreConverted() => FaultLog.Try(
        Subject, "simulations and observations of float64, float16 and int64", () =>
    {
        int cases = 0;
        foreach (string name in Contenders.Names)
        {
            foreach (ScalarType type in new[] { ScalarType.Float64, ScalarType.Float16, ScalarType.Int64 })
            {
                using IDisposable scope = NewDisposeScope();
                Simulations data = Data();
                Simulations other = new((data.Theta * 4).to_type(type), new Observation((data.X.Sole * 4).to_type(type)));
                Simulations single = new(
                    other.Theta.to_type(ScalarType.Float32), new Observation(other.X.Sole.to_type(ScalarType.Float32)));
                Assert.That(Draws(name, other, other.X), Is.EqualTo(Draws(name, single, single.X)), $"{name} {type}");
                cases++;
            }
        }

        return (cases, "the draws of the same numbers in float32, bit for bit; before: \"mat1 and mat2 must have the same dtype\"");
    });

    [Test]
    public void ComplexNumbersAreRefusedByName()
    {
        using IDisposable scope = NewDisposeScope();
        Simulations data = Data();
        Assert.That(
            () => Train("fmpe", data with { Theta = data.Theta.to_type(ScalarType.ComplexFloat32) }),
            Throws.ArgumentException.With.Message.EqualTo("training.theta: expected real numbers, got ComplexFloat32."));
    }

    [Test]
    public void FailedSimulationsAreNamedAndLeftOut() => FaultLog.Try(
        Subject, "NaN or infinity in some simulations, of every estimator", () =>
    {
        foreach (string name in Contenders.Names)
        {
            using IDisposable scope = NewDisposeScope();
            Simulations data = Data();
            data.Theta[5, 1] = double.PositiveInfinity;
            data.X.Sole[7, 0] = double.NaN;
            data.X.Sole[40, 1] = double.NaN;
            Assert.That(
                () => Train(name, data with { ParameterNames = ["mu", "sigma"] }),
                Throws.ArgumentException.With.Message.EqualTo(
                    "training.theta: parameter 1 ('sigma') of simulation 5 is NaN or infinite; 3 of 64 simulations failed so. "
                        + "Simulate them again, or leave them out with Simulations.WithoutFailed."),
                name);
            data.Theta[5, 1] = 0;
            Assert.That(() => Train(name, data), Throws.ArgumentException.With.Message.StartsWith(
                "training.x: simulation 7 has NaN or infinity; 2 of 64 simulations failed so."), name);

            using Simulations kept = data.WithoutFailed(out long dropped);
            Assert.That((dropped, kept.Count), Is.EqualTo((2, Count - 2)), name);
            Assert.That(kept.Theta[7].equal(data.Theta[8]).all().ToBoolean() && kept.X.Sole[39].equal(data.X.Sole[41]).all().ToBoolean());
            Assert.That(Draws(name, kept, kept.X), Has.All.Matches<float>(float.IsFinite), name);
        }

        return (Contenders.Names.Length * 2, "named by row and parameter before the first step, and left out on request with their number; "
            + "before: \"lower the learning rate\"");
    });

    [Test]
    public void AValidationSetIsLookedAtToo()
    {
        using IDisposable scope = NewDisposeScope();
        Simulations data = Data(), validation = Data();
        validation.X.Sole[3, 1] = double.NaN;
        using IPosteriorEstimator estimator = Contenders.Create("acf");
        using Trainer trainer = new(estimator, s_training, s_key);
        Assert.That(
            () => trainer.Run(data, validation), Throws.ArgumentException.With.Message.StartsWith("validation.x: simulation 3 has NaN"));
    }

    [Test]
    public void AllFailedIsAnError()
    {
        using IDisposable scope = NewDisposeScope();
        Simulations data = Data();
        data.X.Sole.fill_(double.NaN);
        Assert.That(
            () => data.WithoutFailed(out _),
            Throws.InvalidOperationException.With.Message.EqualTo("All 64 simulations have NaN or infinity."));
    }

    [Test]
    public void LargeFiniteNumbersAreNoFailures()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor large = full([4, 2], 3e38f);
        Assert.That(large.sum().isfinite().ToBoolean(), Is.False, "their sum is too large for float32");
        Assert.That(FiniteRows.Others(large), Is.Empty);
        Assert.That(FiniteRows.Others(full([4, 2], 1L)), Is.Empty);
    }

    [Test]
    public void AnObservationWithNaNIsNamed() => FaultLog.Try(Subject, "NaN or infinity in an observation, draws of every estimator", () =>
    {
        foreach (string name in Contenders.Names)
        {
            using IDisposable scope = NewDisposeScope();
            using IPosteriorEstimator estimator = Contenders.Create(name);
            Tensor x = zeros([3, 2]);
            x[1, 0] = double.NaN;
            x[2, 1] = double.NegativeInfinity;
            Assert.That(
                () => PosteriorSampler.Sample(estimator, new Observation(x), 10, 2, s_key),
                Throws.ArgumentException.With.Message.EqualTo(
                    "x: expected finite numbers, but observation 1 has NaN or infinity, and 1 more of 3 have."),
                name);
            if (estimator is IDensityOfDraws)
            {
                Assert.That(
                    () => PosteriorSampler.SampleWithDensity(estimator, new Observation(x), 10, s_key),
                    Throws.ArgumentException.With.Message.Contains("observation 1 has NaN"), name);
            }
        }

        return (Contenders.Names.Length, "the observation is named; before: draws of NaN without a word");
    });

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AConstantParameterIsLearnedOrNamed() => FaultLog.Try(
        Subject, "a parameter that never varies, of every estimator", () =>
    {
        List<string> seen = [];
        foreach (string name in Contenders.Names)
        {
            using IDisposable scope = NewDisposeScope();
            Simulations data = Data();
            data.Theta.select(1, 1).fill_(Constant);
            if (name is "cmpe" or "npse" or "ect")
            {
                Assert.That(
                    () => WithVariance(name, data.Theta.var(0, unbiased: false)),
                    Throws.ArgumentException.With.Message.StartsWith(
                        "parameterVariance: parameter 1 never varies in the training set (variance 0)."),
                    name);
                continue;
            }

            using IPosteriorEstimator estimator = Contenders.Create(name, dropout: 0);
            using Trainer trainer = new(estimator, s_training with { Epochs = 400, LearningRate = 5e-3 }, s_key);
            trainer.Run(data);
            using Observation observed = data.X.Narrow(0, 4);
            Tensor second = PosteriorSampler.Sample(estimator, observed, 200, 50, s_key).select(2, 1);
            double error = (second - Constant).abs().mean().ToDouble();
            Assert.That(error, Is.LessThan(0.15), name);
            seen.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {error:0.000}"));
        }

        return (Contenders.Names.Length, $"CMPE, NPSE and ECT name it before the first step; the others draw it, with a mean error of "
            + $"{string.Join(", ", seen)}; before: CMPE and NPSE diverged at step 0, \"lower the learning rate\"");
    });

    private static IPosteriorEstimator WithVariance(string name, Tensor variance)
    {
        using RandomSource random = new(s_key);
        ResidualMlp network = new(2, 2, new ResidualMlpSettings { Units = 8 }, random);
        return name switch
        {
            "cmpe" => new ConsistencyPosterior(
                2, new DirectSummary(2), network, variance, new ConsistencySettings { LargestTime = 10, S0 = 2, S1 = 4 }),
            "ect" => new TunedConsistencyPosterior(2, new DirectSummary(2), network, variance, new ConsistencyTuningSettings()),
            _ => new ScorePosterior(2, new DirectSummary(2), network, variance, new DiffusionSettings()),
        };
    }

    private static Simulations Data()
    {
        using RandomSource random = new(s_key);
        Tensor theta = random.Normal([Count, 2]);
        return new Simulations(theta, new Observation(theta + random.Normal([Count, 2]) * 0.1));
    }

    private static void Train(string name, Simulations data)
    {
        using IPosteriorEstimator estimator = Contenders.Create(name);
        using Trainer trainer = new(estimator, s_training, s_key);
        trainer.Run(data);
    }

    private static float[] Draws(string name, Simulations data, Observation x)
    {
        using IPosteriorEstimator estimator = Contenders.Create(name);
        using Trainer trainer = new(estimator, s_training, s_key);
        trainer.Run(data, data.Take(10));
        return PosteriorSampler.Sample(estimator, x, 5, 2, s_key).data<float>().ToArray();
    }
}
