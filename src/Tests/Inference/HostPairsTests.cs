using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Kernels;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// The consistency loss with its passes in vector code and everything between them on the host, against the same network with libtorch's
/// operations between its passes: the same bits from the same random numbers. Elsewhere than on Linux libtorch has another compiler.
/// </summary>
public sealed class HostPairsTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(87);
    private static readonly double s_percent = OperatingSystem.IsLinux() ? 0 : 0.01;

    [Test]
    public void LossAndGradientsHaveTheSameBits(
        [Values] bool ownMasks, [Values(0, 0.3)] double dropout, [Values(1, 2, 4, 5, 7, 8, 10, 16, 21, 32, 40, 64, 511)] int dimension)
    {
        Assume.That(MatrixProduct.IsSupported, "no vector code here");
        using IDisposable scope = NewDisposeScope();
        (double loss, double[][] gradients) = Run(hidden: true);
        (double pairLoss, double[][] pairGradients) = Run(hidden: false);
        Assert.That(pairLoss, Is.EqualTo(loss).Within(s_percent).Percent);
        Assert.That(pairGradients, Is.EqualTo(gradients).Within(s_percent).Percent);
        Assert.That(gradients.Select(g => g.Max(Math.Abs)), Has.All.Positive);

        (double, double[][]) Run(bool hidden)
        {
            using ConsistencyPosterior posterior = Create(dimension, dropout, ownMasks, hidden);
            using RandomSource random = new(s_key.Child("data"));
            using RandomSource step = new(s_key.Child("step"));
            Tensor value = posterior.Loss(
                random.Normal([45, dimension]), new Observation(random.Normal([45, 5, 2])), new TrainingStep(step, 40, 100));
            value.backward();
            return (value.item<float>(), [.. posterior.parameters().Select((Parameter p) => p.grad!.Numbers())]);
        }
    }

    [Test]
    public void ALossWithoutGradientsHasTheSameBits()
    {
        Assume.That(MatrixProduct.IsSupported, "no vector code here");
        using IDisposable scope = NewDisposeScope();
        Assert.That(Run(hidden: false), Is.EqualTo(Run(hidden: true)).Within(s_percent).Percent);

        double Run(bool hidden)
        {
            using IDisposable noGrad = no_grad();
            using ConsistencyPosterior posterior = Create(2, dropout: 0.3, ownMasks: true, hidden);
            using RandomSource random = new(s_key.Child("data"));
            using RandomSource step = new(s_key.Child("step"));
            return posterior.Loss(
                random.Normal([45, 2]), new Observation(random.Normal([45, 5, 2])), new TrainingStep(step, 40, 100, IsTraining: false))
                .item<float>();
        }
    }

    /// <summary>As a validation set has them whose parameters are the first columns of a wider table.</summary>
    [Test]
    public void ParametersMayBeColumnsOfATable()
    {
        Assume.That(MatrixProduct.IsSupported, "no vector code here");
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior posterior = Create(2, dropout: 0, ownMasks: false, hidden: false);
        using RandomSource random = new(s_key.Child("data"));
        Tensor table = random.Normal([45, 3]), x = random.Normal([45, 5, 2]);
        Tensor columns = table[.., ..2];
        Assert.That(columns.is_contiguous(), Is.False);
        Assert.That(Loss(columns), Is.EqualTo(Loss(columns.clone().contiguous())));

        float Loss(Tensor theta)
        {
            using RandomSource step = new(s_key.Child("step"));
            return posterior.Loss(theta, new Observation(x), new TrainingStep(step, 40, 100, IsTraining: false)).item<float>();
        }
    }

    private static ConsistencyPosterior Create(int dimension, double dropout, bool ownMasks, bool hidden)
    {
        using RandomSource random = new(s_key);
        DeepSet summary = new(2, new DeepSetSettings { Outputs = 3, Units = 32 }, random);
        ResidualMlp mlp = new(dimension, 3, new ResidualMlpSettings { Units = 32, Blocks = 2, Dropout = dropout }, random);
        ConsistencyPosterior posterior = new(
            dimension,
            summary,
            hidden ? new HiddenNetwork(mlp) : mlp,
            linspace(0.3, 2, dimension).to(ScalarType.Float32),
            new ConsistencySettings { LargestTime = 10, S0 = 10, S1 = 50, IndependentTeacherDropout = ownMasks });
        posterior.Perturb(0.1, s_key.Child("weights"));
        return posterior;
    }
}
