using System.ComponentModel.DataAnnotations;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>Score-based diffusion as a contender: bound from an experiment file and built.</summary>
public sealed class NpseContenderTests
{
    private const string Contender =
        "contenders.npse={kind: npse, steps: [5, 39], training: {epochs: 3, batch_size: 64, learning_rate: 0.001}, " +
        "diffusion: {largest_time: 20, solver: euler, churn: 4}}";

    [Test]
    public void AnExperimentCanHaveIt()
    {
        NpseContenderSettings settings = Load();
        Assert.That(settings.Steps, Is.EqualTo(new[] { 5, 39 }));
        Assert.That(
            (settings.Diffusion.LargestTime, settings.Diffusion.Solver, settings.Diffusion.Churn),
            Is.EqualTo((20.0, DiffusionSolver.Euler, 4.0))
        );

        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(1));
        using IPosteriorEstimator estimator = settings.Create(new EstimatorParts(3, new DirectSummary(2), ones(3), random));
        Assert.That(estimator, Is.TypeOf<ScorePosterior>());
        Assert.That(estimator.Dimension, Is.EqualTo(3));
    }

    [Test]
    public void LevelsOutOfOrderAreAProblem()
    {
        NpseContenderSettings settings = Load();
        NpseContenderSettings wrong = settings with { Diffusion = settings.Diffusion with { LargestTime = 0.0005 } };
        Assert.That(settings.Diffusion.Validate(new ValidationContext(settings)), Is.Empty);
        Assert.That(
            wrong.Diffusion.Validate(new ValidationContext(wrong)).Single().ErrorMessage,
            Is.EqualTo("expected largest_time above smallest_time")
        );
    }

    private static NpseContenderSettings Load()
    {
        (_, Experiment experiment) = Repository
            .Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml"), null, null, "contenders.npse=~", Contender)
            .Load();
        return (NpseContenderSettings)experiment.Contenders["npse"];
    }
}
