using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Sets of varying size: what the padding and the order of members must not change, gradients, and an exact posterior.</summary>
public sealed class VaryingSetTests : ScopedTests
{
    private const int Most = 50;

    private static readonly RandomKey s_key = RandomKey.FromSeed(21);

    [Test]
    public void ThePaddingHasNoPartInTheSummaries()
    {
        DeepSet network = Network();
        (Tensor set, Tensor lengths) = Sets([0, 1, 4, 7]);
        Tensor padding = VaryingSet.Mask(lengths, 7).logical_not().unsqueeze(2);

        Tensor expected = Summaries(network, set, lengths);
        Tensor other = Summaries(network, where(padding, full_like(set, 1e6), set), lengths);
        Tensor notANumber = Summaries(network, where(padding, full_like(set, float.NaN), set), lengths);
        Tensor more = Summaries(network, cat([set, ones(4, 5, 2)], 1), lengths);

        Assert.Multiple(() =>
        {
            Assert.That(Values(other), Is.EqualTo(Values(expected)), "bit for bit");
            Assert.That(Values(notANumber), Is.EqualTo(Values(expected)));
            // Another number of places may add in another order.
            Assert.That(Values(more), Is.EqualTo(Values(expected)).Within(1e-6));
            Assert.That(Values(expected), Is.All.Not.NaN, "the empty set too");
        });
    }

    [Test]
    public void TheOrderOfTheMembersHasNoPartInTheSummariesAndTheirNumberHas()
    {
        DeepSet network = Network();
        (Tensor set, Tensor lengths) = Sets([5, 7]);
        Tensor turned = cat([set[0].index_select(0, tensor(new long[] { 3, 1, 4, 0, 2, 5, 6 })).unsqueeze(0), set[1].flip(0).unsqueeze(0)]);
        // All members twice: the mean is the same.
        Tensor twice = cat([set[0, ..3], set[0, ..3], zeros(1, 2)]).unsqueeze(0);

        Tensor expected = Summaries(network, set, lengths);

        Assert.Multiple(() =>
        {
            Assert.That(Values(Summaries(network, turned, lengths)), Is.EqualTo(Values(expected)).Within(1e-6));
            Assert.That(
                (Summaries(network, twice, tensor(new[,] { { 3f } })) - Summaries(network, twice, tensor(new[,] { { 6f } })))
                    .abs().max().item<float>(),
                Is.GreaterThan(1e-3));
        });
    }

    /// <summary>
    /// A batch of sets of several sizes against each of them by itself without any padding; and where all places have members, the
    /// network is the one of sets of one size but for the number that is joined to the mean.
    /// </summary>
    [Test]
    public void ABatchGivesWhatEachSetGivesByItself()
    {
        DeepSet network = Network();
        (Tensor set, Tensor lengths) = Sets([1, 4, 7]);
        Tensor together = Summaries(network, set, lengths);

        for (int i = 0; i < 3; i++)
        {
            int size = (int)lengths[i, 0].item<float>();
            Tensor alone = Summaries(network, set.narrow(0, i, 1).narrow(1, 0, size), lengths.narrow(0, i, 1));
            Assert.That(Values(alone), Is.EqualTo(Values(together.narrow(0, i, 1))).Within(1e-6));
        }
    }

    /// <summary>In float64: the derivative along a direction against central differences; the padding's is exactly zero.</summary>
    [Test]
    public void GradientsAreThoseOfFiniteDifferences()
    {
        const double Step = 1e-6;
        using RandomSource random = new(s_key.Child("gradient"));
        DeepSet network = Network();
        network.to(ScalarType.Float64);
        (Tensor set, Tensor lengths) = Sets([0, 2, 7]);
        Tensor x = set.to(ScalarType.Float64).requires_grad_();
        Tensor counts = lengths.to(ScalarType.Float64), weights = random.Normal([3, 3], dtype: ScalarType.Float64);

        Loss(x).backward();
        Tensor gradient = x.grad!;
        Tensor direction = random.Normal([3, 7, 2], dtype: ScalarType.Float64);
        double along = (gradient * direction).sum().item<double>();
        double difference = (Loss(x.detach() + Step * direction) - Loss(x.detach() - Step * direction)).item<double>() / (2 * Step);
        Tensor[] trained = [.. network.parameters()];
        Tensor first = trained[0].grad![0, 0];
        double before = At(trained[0], -Step), after = At(trained[0], Step);

        Assert.Multiple(() =>
        {
            Assert.That(along, Is.EqualTo(difference).Within(1e-6 * Math.Max(1, Math.Abs(difference))));
            Assert.That(along, Is.Not.Zero);
            Assert.That(first.item<double>(), Is.EqualTo((after - before) / (2 * Step)).Within(1e-6));
            Assert.That(gradient[0].abs().max().item<double>(), Is.Zero);
            Assert.That(gradient[1, 2..].abs().max().item<double>(), Is.Zero);
            Assert.That(trained.Select(p => p.grad!.abs().sum().item<double>()), Is.All.GreaterThan(0));
        });

        Tensor Loss(Tensor values) => (Summaries(network, values, counts) * weights).sum();

        double At(Tensor parameter, double change)
        {
            using IDisposable noGrad = no_grad();
            parameter[0, 0].add_(change);
            double loss = Loss(x.detach()).item<double>();
            parameter[0, 0].add_(-change);
            return loss;
        }
    }

    /// <summary>Scaling is that of the members; the number of members stays what it is.</summary>
    [Test]
    public void StandardisationLooksAtMembersAlone()
    {
        Tensor set = tensor(new float[] { 1, 1000, 1000, 3, 5, 1000 }, [2, 3, 1]), lengths = tensor(new float[,] { { 1 }, { 2 } });
        using Standardisation scaling = new(zeros(2, 1), Observe(set, lengths));

        Observation scaled = scaling.Apply(Observe(set, lengths));

        // Members 1, 3, 5: mean 3, standard deviation sqrt(8 / 3).
        double deviation = Math.Sqrt(8.0 / 3);
        Assert.Multiple(() =>
        {
            Assert.That(scaled["y_length"].data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2 }));
            Assert.That(scaled["y"][0, 0, 0].item<float>(), Is.EqualTo(-2 / deviation).Within(1e-6));
            Assert.That(scaled["y"][1, 1, 0].item<float>(), Is.EqualTo(2 / deviation).Within(1e-6));
        });
    }

    /// <summary>
    /// mu ~ N(0, 1), each of n members N(mu, 1), n from 1 to 50: the posterior is N(n mean / (n + 1), 1 / (n + 1)). Of 400 data sets of a
    /// size each, the mean may be off by a third of the posterior's deviation (root mean square), the deviation by 15 % on average, from
    /// 0.71 for one member to 0.14 for fifty.
    /// </summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ThePosteriorOfAMeanIsTheExactOneForFewMembersAndForMany()
    {
        using Simulations training = Simulate(20_000, null, s_key.Child("training"));
        using RandomSource random = new(s_key.Child("init"));
        SummaryNetwork summary = new DeepSetSettings { Outputs = 8, Units = 32, EquivariantModules = 1 }.Create(training.X, random);
        CouplingFlowSettings flow = new() { Layers = 4, Units = 32, Dropout = 0 };
        using FlowPosterior posterior = new(2, summary, CouplingKind.Affine, flow, random);
        TrainingSettings settings = new() { Epochs = 12, BatchSize = 100, LearningRate = 2e-3, ClipNorm = 1 };
        using (Trainer trainer = new(posterior, settings, s_key.Child("train")))
        {
            trainer.Run(training);
        }

        foreach (int size in new[] { 1, 2, 5, 20, 50 })
        {
            using Simulations test = Simulate(400, size, s_key.Child("test").Child(size));
            Tensor draws = PosteriorSampler.Sample(posterior, test.X, draws: 500, steps: 1, s_key.Child("sample"));
            Tensor mean = draws.mean([1L]), exact = VaryingSet.Cleared(test.X["y"], test.X["y_length"]).sum(1) / (size + 1);
            double deviation = 1 / Math.Sqrt(size + 1);
            double off = (mean - exact).square().mean().sqrt().item<float>() / deviation;
            double found = draws.std(1).mean().item<float>() / deviation;
            TestContext.Out.WriteLine($"{size} members: mean off by {off:0.00} deviations, deviation {found:0.00} of the exact one");
            Assert.Multiple(() =>
            {
                Assert.That(off, Is.LessThan(0.33), $"mean, {size} members");
                Assert.That(found, Is.EqualTo(1).Within(0.15), $"deviation, {size} members");
            });
        }
    }

    /// <summary>What a simulator leaves behind the members is not looked at; a member that failed is, and a length.</summary>
    [Test]
    public void NaNForPaddingIsNoFailure()
    {
        (Tensor set, Tensor lengths) = Sets([0, 1, 4, 7]);
        Tensor padding = VaryingSet.Mask(lengths, 7).logical_not().unsqueeze(2);
        Tensor notANumber = where(padding, full_like(set, float.NaN), set), failed = notANumber.clone();
        failed[2, 3, 1] = float.NaN;
        Tensor theta = zeros(4, 2), wrong = lengths.clone();
        wrong[3, 0] = float.NaN;
        using RandomSource random = new(s_key);
        Observation observed = Observe(notANumber, lengths);
        SummaryNetwork summary = new DeepSetSettings { Outputs = 3, Units = 8 }.Create(observed, random);
        using FlowPosterior posterior = new(2, summary, CouplingKind.Affine, new CouplingFlowSettings { Layers = 1, Units = 8 }, random);
        TrainingSettings settings = new() { Epochs = 2, BatchSize = 2, LearningRate = 1e-3 };
        using Trainer trainer = new(posterior, settings, s_key.Child("train"));
        trainer.Run(new Simulations(theta, observed));
        new Simulations(theta, Observe(failed, lengths)).WithoutFailed(out long dropped);
        Assert.Multiple(() =>
        {
            Assert.That(trainer.History.Training.Select(l => l.Loss), Is.All.Matches<double>(double.IsFinite));
            Assert.That(
                PosteriorSampler.Sample(posterior, observed, draws: 5, steps: 1, s_key).isfinite().all().item<bool>());
            Assert.That(new Simulations(theta, observed).WithoutFailed(out long none).Count, Is.EqualTo(4));
            Assert.That(none, Is.Zero);
            Assert.That(dropped, Is.EqualTo(1));
            Assert.That(
                () => PosteriorSampler.Sample(posterior, Observe(failed, lengths), draws: 5, steps: 1, s_key),
                Throws.ArgumentException.With.Message.Contains("observation 2 has NaN or infinity"));
            Assert.That(
                () => trainer.Run(new Simulations(theta, Observe(notANumber, wrong))),
                Throws.ArgumentException.With.Message.Contains("y_length"));
        });
    }

    /// <summary>Where no set has a member there is nothing to scale by, and the padding does not stand in for it.</summary>
    [Test]
    public void StandardisationOfEmptySetsIsThatOfNothing()
    {
        Tensor lengths = zeros(2, 1);
        using Standardisation scaling = new(zeros(2, 1), Observe(full([2, 3, 1], float.NaN), lengths));
        Assert.That(Values(scaling.Apply(Observe(ones(2, 3, 1), lengths))["y"]), Is.All.EqualTo(1));
    }

    [Test]
    public void ADesignThatDoesNotKnowOfSizesSaysSo()
    {
        using RandomSource random = new(s_key);
        Assert.That(
            () => new SetTransformerSettings { Outputs = 2 }.Create(Observe(zeros(1, 3, 2), zeros(1, 1)), random),
            Throws.ArgumentException.With.Message.Contains("one array that is a set of members, got y (3, 2), y_length (1)"));
        Assert.That(
            () => new DeepSetSettings { Outputs = 2 }.Create(new Observation(zeros(1, 3)), random),
            Throws.ArgumentException.With.Message.Contains("one array that is a set of members, got x (3)"));
    }

    private static Simulations Simulate(int count, int? size, RandomKey key)
    {
        using RandomSource random = new(key);
        using DisposeScope scope = NewDisposeScope();
        Tensor mu = random.Normal([count, 2]);
        Tensor lengths = size is int n ? full([count, 1], (float)n) : random.Integers(1, Most + 1, [count, 1]).to(ScalarType.Float32);
        Tensor set = VaryingSet.Cleared(mu.unsqueeze(1) + random.Normal([count, Most, 2]), lengths);
        return new Simulations(mu.DetachFromDisposeScope(), Observe(set, lengths).DetachFromDisposeScope());
    }

    private static DeepSet Network()
    {
        using RandomSource random = new(s_key.Child("network"));
        return new DeepSet(2, new DeepSetSettings { Outputs = 3, Units = 8 }, random, varying: true).Perturb(0.1, s_key.Child("w"));
    }

    private static (Tensor Set, Tensor Lengths) Sets(int[] sizes)
    {
        using RandomSource random = new(s_key.Child("sets"));
        return (random.Normal([sizes.Length, 7, 2]), tensor(sizes.Select(s => (float)s).ToArray(), [sizes.Length, 1]));
    }

    private static Observation Observe(Tensor set, Tensor lengths) =>
        new(new Dictionary<string, Tensor> { ["y"] = set, ["y_length"] = lengths });

    private static Tensor Summaries(DeepSet network, Tensor set, Tensor lengths) =>
        network.Summarise(Observe(set, lengths), ForwardPass.Evaluation);

    private static float[] Values(Tensor summaries) => summaries.detach().to(ScalarType.Float32).flatten().data<float>().ToArray();
}
