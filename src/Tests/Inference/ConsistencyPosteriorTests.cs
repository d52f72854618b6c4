using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;
using LogNormal = MathNet.Numerics.Distributions.LogNormal;

namespace Reproduce.Tests.Inference;

/// <summary>The consistency function, its loss and its gradient, recalculated in plain doubles.</summary>
public sealed class ConsistencyPosteriorTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(19);
    private static readonly ConsistencySettings s_settings = new() { LargestTime = 10, S0 = 10, S1 = 50 };
    private static readonly double[] s_variance = [0.5, 2.0];
    private static readonly float[] s_weights = [0.7f, -0.4f, 0.05f];

    [Test]
    public void AtTheSmallestTimeTheParameterComesBackExactly([Values] bool trainableSigma)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using ConsistencyPosterior posterior = Create(
            s_settings with
            {
                TrainableSigma = trainableSigma,
            },
            new ResidualMlp(2, 2, new() { Units = 16 }, random)
        );
        posterior.Perturb(0.05, s_key);
        Tensor theta = random.Normal([100, 2]) * 3;
        Tensor time = full([100, 1], s_settings.SmallestTime, dtype: ScalarType.Float32);
        Tensor same = posterior.Apply(theta, time, random.Normal([100, 2]), ForwardPass.Evaluation);
        Assert.That(same.Numbers(), Is.EqualTo(theta.Numbers()));
    }

    [Test]
    public void SkipConnectionsByHand()
    {
        using IDisposable scope = NewDisposeScope();
        using ConsistencyPosterior posterior = Create(
            s_settings with { ParameterVariance = 4 }, new FormulaNetwork((theta, _, _) => ones_like(theta)));
        Tensor result = posterior.Apply(
            tensor(new[] { 5f, -5f }, [1, 2]), tensor(new[] { 3.001f }, [1, 1]), zeros([1, 2]), ForwardPass.Evaluation);

        // t - eps = 3: c_skip = 4 / (9 + 4), c_out = 2 * 3 / sqrt(4 + 3.001^2).
        double output = 6 / Math.Sqrt(4 + 3.001 * 3.001);
        Assert.That(result.Numbers(), Is.EqualTo(new[] { 20 / 13.0 + output, -20 / 13.0 + output }).Within(1e-5));
    }

    [Test]
    public void LossByHand([Values] HuberNorm norm, [Values(0, 700)] int step)
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using ConsistencyPosterior posterior = Create(s_settings with { HuberNorm = norm }, network);
        (Tensor theta, Tensor x) = Batch();
        using RandomSource random = new(s_key.Child("step"));
        Tensor loss = posterior.Loss(theta, new Observation(x), new TrainingStep(random, step, 1000));

        // Single precision in the estimator; the weights 1 / (t_{i+1} - t_i) are up to some thousands.
        Assert.That(loss.item<float>(), Is.EqualTo(LossInDoubles(theta, x, step, norm, s_weights[0], s_weights[0])).Within(0.1).Percent);
    }

    [Test]
    public void TheGradientIsTheStudentsAlone([Values] HuberNorm norm)
    {
        using IDisposable scope = NewDisposeScope();
        using LinearNetwork network = new(s_weights);
        using ConsistencyPosterior posterior = Create(s_settings with { HuberNorm = norm }, network);
        (Tensor theta, Tensor x) = Batch();
        using RandomSource random = new(s_key.Child("step"));
        posterior.Loss(theta, new Observation(x), new TrainingStep(random, 0, 1000)).backward();

        const double h = 1e-5;
        double w = s_weights[0];
        double student = (LossInDoubles(theta, x, 0, norm, w + h, w) - LossInDoubles(theta, x, 0, norm, w - h, w)) / (2 * h);
        double both = (LossInDoubles(theta, x, 0, norm, w + h, w + h) - LossInDoubles(theta, x, 0, norm, w - h, w - h)) / (2 * h);
        Assert.That(network.Gradient[0].item<float>(), Is.EqualTo(student).Within(0.5).Percent);
        Assert.That(both, Is.Not.EqualTo(student).Within(5).Percent, "a teacher with a gradient would show");
    }

    /// <summary>A step's most expensive part, with images, is paid for once.</summary>
    [Test]
    public void StudentAndTeacherShareOneRunOfTheSummaryNetwork([Values] bool independentTeacherDropout)
    {
        using IDisposable scope = NewDisposeScope();
        List<Tensor> conditions = [];
        using CountedSummary summary = new();
        using FormulaNetwork network = new((theta, condition, _) =>
        {
            conditions.Add(condition);
            return theta * condition;
        });
        using ConsistencyPosterior posterior = new(
            2, summary, network, tensor(s_variance), s_settings with { IndependentTeacherDropout = independentTeacherDropout });
        (Tensor theta, Tensor x) = Batch();
        using RandomSource random = new(s_key.Child("step"));
        for (int step = 0; step < 3; step++)
        {
            posterior.Loss(theta, new Observation(x), new TrainingStep(random, step, 1000)).backward();
        }

        Assert.That(summary.Runs, Is.EqualTo(3));
        Assert.That(conditions, Has.Count.EqualTo(6));
        for (int step = 0; step < 3; step++)
        {
            Assert.That(conditions[2 * step + 1], Is.SameAs(conditions[2 * step]), $"step {step}");
        }
    }

    [Test]
    public void LevelsAreDrawnWithTheirProbabilities()
    {
        using IDisposable scope = NewDisposeScope();
        using FormulaNetwork network = new((theta, _, _) => zeros_like(theta));
        using ConsistencyPosterior posterior = Create(s_settings, network);
        using RandomSource random = new(s_key);
        const int n = 100_000;
        using (no_grad())
        {
            posterior.Loss(zeros([n, 2]), new Observation(zeros([n, 2])), new TrainingStep(random, 0, 1000, IsTraining: false));
        }

        float[] later = network.Times[0];
        float[] earlier = network.Times[1];
        double[] grid = ConsistencySchedule.Grid(11, 0.001, 10, 7);
        double[] probabilities = ConsistencySchedule.IntervalProbabilities(grid, -1.1, 2.0);
        for (int i = 0; i < 10; i++)
        {
            int[] rows = [.. Enumerable.Range(0, n).Where(r => earlier[r] == (float)grid[i])];
            Assert.That(rows.Select(r => later[r]), Has.All.EqualTo((float)grid[i + 1]));
            double p = probabilities[i];
            Assert.That(
                rows.Length / (double)n,
                Is.EqualTo(p).Within(5 * Math.Sqrt(p * (1 - p) / n)),
                $"interval {i}, five standard errors"
            );
        }
    }

    [Test]
    public void EveryWeightGetsAGradient()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using ConsistencyPosterior posterior = new(
            2, new DeepSet(2, new DeepSetSettings { Outputs = 2, Units = 8 }, random), new ResidualMlp(2, 2, new() { Units = 16 }, random),
            ones(2), s_settings with { TrainableSigma = true });
        posterior.Loss(random.Normal([32, 2]), new Observation(random.Normal([32, 10, 2])), new TrainingStep(random, 0, 100)).backward();
        foreach ((string name, Parameter parameter) in posterior.named_parameters())
        {
            Assert.That(parameter.grad, Is.Not.Null, name);
            Assert.That(parameter.grad!.abs().max().item<float>(), Is.GreaterThan(0).And.LessThan(float.PositiveInfinity), name);
        }
    }

    private sealed class CountedSummary() : SummaryNetwork(nameof(CountedSummary))
    {
        public int Runs { get; private set; }

        public override long Outputs => 2;

        public override Tensor Summarise(Observation x, ForwardPass pass)
        {
            Runs++;
            return (x.Sole * 2).requires_grad_();
        }
    }

    private static ConsistencyPosterior Create(ConsistencySettings settings, FreeFormNetwork network) =>
        new(2, new DirectSummary(2), network, tensor(s_variance), settings);

    private static (Tensor Theta, Tensor X) Batch()
    {
        using RandomSource random = new(s_key.Child("batch"));
        return (random.Normal([6, 2]), random.Normal([6, 2]));
    }

    // Eqs. 5 to 8 entry by entry, with the step's random numbers: one uniform per row for the interval, then the noise.
    private static double LossInDoubles(Tensor theta, Tensor x, int step, HuberNorm norm, double student, double teacher)
    {
        using RandomSource random = new(s_key.Child("step"));
        double[] uniform = random.Uniform([6]).Numbers();
        double[] z = random.Normal([6, 2]).Numbers();
        double[] parameters = theta.Numbers();
        double[] observed = x.Numbers();
        // N points from 0.001 to 10, equally spaced in their seventh roots; the interval's probability is that of a log-normal level,
        // which is what the differences of erf come to.
        int points = step == 0 ? 11 : 41;
        double first = Math.Pow(0.001, 1.0 / 7), last = Math.Pow(10, 1.0 / 7);
        double[] grid = [.. Enumerable.Range(0, points).Select(k => Math.Pow(first + k * (last - first) / (points - 1), 7))];
        double[] below = [.. grid.Select(t => LogNormal.CDF(-1.1, 2.0, t))];
        double c = 0.00054 * Math.Sqrt(2);
        double total = 0;
        for (int row = 0; row < 6; row++)
        {
            int i = 0;
            while ((below[i + 1] - below[0]) / (below[^1] - below[0]) <= uniform[row])
            {
                i++;
            }

            double[] difference = new double[2];
            for (int d = 0; d < 2; d++)
            {
                difference[d] = F(student, grid[i + 1], row, d) - F(teacher, grid[i], row, d);
            }

            double distance = norm == HuberNorm.Vector
                ? Math.Sqrt(difference[0] * difference[0] + difference[1] * difference[1] + c * c) - c
                : difference.Average(e => Math.Sqrt(e * e + c * c) - c);
            total += distance / (grid[i + 1] - grid[i]);
        }

        return total / 6;

        double F(double w, double t, int row, int d)
        {
            double s2 = s_variance[d];
            double noisy = parameters[row * 2 + d] + t * z[row * 2 + d];
            double skip = s2 / ((t - 0.001) * (t - 0.001) + s2);
            double output = Math.Sqrt(s2) * (t - 0.001) / Math.Sqrt(s2 + t * t);
            return skip * noisy + output * (w * noisy + s_weights[1] * observed[row * 2 + d] + s_weights[2] * t);
        }
    }
}
