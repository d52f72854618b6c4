using System.Runtime.InteropServices;
using NUnit.Framework;
using NUnit.Framework.Constraints;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Networks.Images;
using Reproduce.Inference.Sampling;
using Reproduce.Tasks.Denoising;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// A loss with its gradient and a draw on libtorch's meta device, which computes shapes only and refuses to mix with tensors on the
/// CPU: what runs there makes all its tensors on the device that it was given.
/// </summary>
public sealed class DeviceDisciplineTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(59);

    public static IEnumerable<string> Estimators =>
    [
        "acf", "acf with learnable permutations", "fmpe", "fmpe as published", "cmpe", "cmpe as published", "npse", "npse with churn",
        "ect",
    ];

    [TestCaseSource(nameof(Estimators))]
    public void TrainingStepStaysOnItsDevice(string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = OnMeta(name);
        using RandomSource random = new(s_key);
        Tensor theta = random.Normal([16, 4], META);
        Observation x = new(random.Normal([16, 10, 2], META));
        TrainingStep step = new(random, 0, 100);
        Tensor loss = estimator.Loss(theta, x, step);
        Assert.That(loss.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(loss.numel(), Is.EqualTo(1));
        loss.backward();
        foreach ((string parameter, Parameter weight) in estimator.Network.named_parameters())
        {
            Assert.That(weight.device.type, Is.EqualTo(DeviceType.META), parameter);
            Assert.That(weight.grad?.device.type, Is.EqualTo(DeviceType.META), parameter);
        }
    }

    [TestCaseSource(nameof(Estimators))]
    public void DrawStaysOnItsDevice(string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using IPosteriorEstimator estimator = OnMeta(name);
        using RandomSource random = new(s_key);
        Tensor condition = estimator.Summarise(new Observation(random.Normal([8, 10, 2], META)));
        using BlockNoise noise = new([s_key, s_key.Child(1)], [5, 3], 4, META);
        Tensor draws = estimator.Draw(condition, noise, 3);
        Assert.That(draws.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(draws.shape, Is.EqualTo(new long[] { 8, 4 }));
    }

    /// <summary>
    /// Of the spline the sums that make the knots have no meta kernel for their gradient in this libtorch, and the inverse's last
    /// operation, the choice between inside and outside, has none at all. All tensors that the spline makes are made before these, and
    /// the rest of the flow is that of "acf": a tensor elsewhere would end the two earlier.
    /// </summary>
    [Test]
    public void TheSplineFlowStaysOnItsDeviceUpToTheKernelsThatAreMissing()
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = OnMeta("nsf");
        using RandomSource random = new(s_key);
        Observation x = new(random.Normal([16, 10, 2], META));
        Tensor theta = random.Normal([16, 4], META);
        using BlockNoise noise = new([s_key], [16], 4, META);
        Tensor loss = estimator.Loss(theta, x, new TrainingStep(random, 0, 100));
        Assert.That(loss.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(() => loss.backward(), EndsAtTheMissingKernel("flip"));
        Assert.That(() => estimator.Draw(estimator.Summarise(x), noise, 3), EndsAtTheMissingKernel("where.self"));
    }

    [Test]
    public void PhotographsAreTakenOnTheDeviceOfTheImages()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        CameraModel camera = new();
        Observation x = camera.Simulate(random.Normal([3, camera.Pixels], META), random);
        Assert.That(x.Sole.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(x.Sole.shape, Is.EqualTo(new long[] { 3, 1, 28, 28 }));

        // A product with a matrix on the CPU is the one mixture that the meta device lets pass.
        (Tensor across, Tensor down) = camera.MatricesOn(META);
        Assert.That(new[] { across.device.type, down.device.type }, Has.All.EqualTo(DeviceType.META));
    }

    /// <summary>The naive network's whole step, camera included, on photographs that are themselves the condition.</summary>
    [TestCase("fmpe")]
    [TestCase("cmpe")]
    [TestCase("npse")]
    public void TheNaiveNetworksTrainingStaysOnItsDevice(string method)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        CameraModel camera = new(new CameraSettings { Height = 8, Width = 8 });
        using IPosteriorEstimator estimator = OnMeta(
            method, 64, new DirectSummary(64), new NaiveImageMlp(64, 64, 200, new NaiveImageMlpSettings { Units = 16 }, random));
        Tensor theta = random.Normal([4, 64], META);
        Tensor loss = estimator.Loss(theta, camera.Simulate(theta, random), new TrainingStep(random, 0, 100));
        Assert.That(loss.device.type, Is.EqualTo(DeviceType.META));
        loss.backward();
        foreach ((string parameter, Parameter weight) in estimator.Network.named_parameters())
        {
            Assert.That(weight.grad?.device.type, Is.EqualTo(DeviceType.META), parameter);
        }
    }

    /// <summary>
    /// libtorch's convolution has no kernel here; everything before it is on the device, and so is everything that the networks own.
    /// </summary>
    [TestCase("fmpe", true)]
    [TestCase("fmpe", false)]
    [TestCase("cmpe", true)]
    [TestCase("cmpe", false)]
    public void ConvolutionsAreReachedOnTheDevice(string method, bool summarised)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        CameraModel camera = new(new CameraSettings { Height = 16, Width = 16 });
        SummaryNetwork summary = summarised
            ? new ImageSummaryCnn(1, new ImageSummaryCnnSettings { FirstChannels = 8, Outputs = 8 }, random)
            : new DirectSummary(256);
        UNet net = new(16, summary.Outputs, 200, new UNetSettings { Channels = 8 }, random);
        using IPosteriorEstimator estimator = OnMeta(method, 256, summary, net);
        Assert.That(
            estimator.Network.parameters().Concat(estimator.Network.buffers()).Select(p => p.device.type),
            Has.All.EqualTo(DeviceType.META)
        );
        Tensor theta = random.Normal([4, 256], META);
        Observation x = camera.Simulate(theta, random);
        Assert.That(
            () => estimator.Loss(theta, x, new TrainingStep(random, 0, 100)),
            Throws.TypeOf<ExternalException>().With.Message.Contains("convolution_overrideable not implemented"));
    }

    [Test]
    public void TheMetaDeviceRefusesTensorsOnTheCpu()
    {
        using IDisposable scope = NewDisposeScope();
        Assert.That(() => zeros(2, device: META) + ones(2), Throws.Exception, "else these tests would prove nothing");
    }

    // Made anew for each use: a constraint that was resolved once is spent.
    private static ContainsConstraint EndsAtTheMissingKernel(string name) =>
        Throws.TypeOf<ExternalException>().With.Message.Contains($"aten::{name}: attempted to run this operator with Meta tensors");

    private static IPosteriorEstimator OnMeta(string method, int pixels, SummaryNetwork summary, FreeFormNetwork network)
    {
        IPosteriorEstimator estimator = method switch
        {
            "fmpe" => new FlowMatchingPosterior(pixels, summary, network, new FlowMatchingSettings()),
            "npse" => new ScorePosterior(pixels, summary, network, ones(pixels), new DiffusionSettings()),
            _ => new ConsistencyPosterior(
                pixels,
                summary,
                network,
                ones(pixels),
                new ConsistencySettings
                {
                    LargestTime = 200,
                    S0 = 10,
                    S1 = 50,
                }
            ),
        };
        estimator.Network.to(META);
        return estimator;
    }

    private static IPosteriorEstimator OnMeta(string name)
    {
        using RandomSource random = new(s_key);
        DeepSet summary = new(2, new DeepSetSettings { Outputs = 3, Units = 8 }, random);
        CouplingFlowSettings flow = new() { Layers = 2, Units = 8, Bins = 4 };
        ResidualMlp Mlp() => new(4, 3, new ResidualMlpSettings { Units = 8, Blocks = 2, Dropout = 0.1 }, random);
        ConsistencySettings cmpe = new() { LargestTime = 10, S0 = 10, S1 = 50 };
        IPosteriorEstimator estimator = name switch
        {
            "acf" => new FlowPosterior(4, summary, CouplingKind.Affine, flow, random),
            "nsf" => new FlowPosterior(4, summary, CouplingKind.Spline, flow, random),
            "acf with learnable permutations" =>
                new FlowPosterior(4, summary, CouplingKind.Affine, flow with { Permutation = PermutationKind.Learnable }, random),
            "fmpe" => new FlowMatchingPosterior(4, summary, Mlp(), new FlowMatchingSettings()),
            "fmpe as published" => new FlowMatchingPosterior(
                4,
                summary,
                Mlp(),
                new FlowMatchingSettings
                {
                    Loss = FlowMatchingLoss.LogCosh,
                    TimesPerSimulation = 4,
                    ExtraEulerStep = true,
                    DropoutWhileSampling = true,
                }
            ),
            "cmpe" => new ConsistencyPosterior(4, summary, Mlp(), ones(4), cmpe),
            "npse" => new ScorePosterior(4, summary, Mlp(), ones(4), new DiffusionSettings()),
            "ect" => new TunedConsistencyPosterior(
                4, summary, Mlp(), ones(4), new ConsistencyTuningSettings { DiffusionShare = 0, IndependentTeacherDropout = true }),
            "npse with churn" => new ScorePosterior(
                4,
                summary,
                Mlp(),
                ones(4),
                new DiffusionSettings { Solver = DiffusionSolver.Euler, Churn = 10 }
            ),
            "cmpe as published" => new ConsistencyPosterior(
                4, summary, Mlp(), ones(4),
                cmpe with
                {
                    HuberNorm = HuberNorm.Elementwise,
                    ExtraInterval = true,
                    ValidationAdvancesCurriculum = true,
                    TrainableSigma = true,
                    IndependentTeacherDropout = true,
                    DropoutWhileSampling = true,
                }),
            _ => throw new ArgumentException(name),
        };
        estimator.Network.to(META);
        return estimator;
    }
}
