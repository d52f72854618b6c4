using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Benchmark;
using Reproduce.Tests.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Benchmark;

/// <summary>The simulators of sbibm's tasks against what is known of their models.</summary>
public sealed class BenchmarkSimulatorTests : ScopedTests
{
    private const int Rows = 40_000;

    [Test]
    public void NoiseIsNumPys()
    {
        // numpy.random.RandomState(42).randn(6)
        double[] expected =
        [
            0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597, -0.23413695694918055,
        ];
        Assert.That(LegacyNormal.Numbers(42, 6), Is.EqualTo(expected).Within(1e-15));
        Assert.That(LegacyNormal.Numbers(42, 5), Is.EqualTo(expected[..5]).Within(1e-15), "half of a pair");
    }

    /// <summary>Means and variances, with room for six standard errors: of a mean sd / 200, of a variance 0.7 %.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void LinearModelHasItsMoments(bool isUniform)
    {
        GaussianLinearProblem problem = new(isUniform);
        double[] theta = [.. Enumerable.Range(0, 10).Select(d => -0.9 + 0.2 * d)];
        (double[] mean, double[] variance) = Moments(problem, theta);
        Assert.That(mean, Is.EqualTo(theta).Within(6 * Math.Sqrt(0.1) / 200));
        Assert.That(variance, Is.All.EqualTo(0.1).Within(0.0045));
    }

    /// <summary>Half of the points have the variance 1, half 0.01: .505 in all, and a fourth moment of 3 (1 + 1e-4) / 2.</summary>
    [Test]
    public void MixtureHasAComponentForEachRow()
    {
        (double[] mean, double[] variance) = Moments(new PointMixtureProblem(), [3, -7]);
        Assert.That(mean, Is.EqualTo(new double[] { 3, -7 }).Within(0.022));
        Assert.That(variance, Is.All.EqualTo(0.505).Within(0.033));
        using RandomSource random = new(RandomKey.FromSeed(4));
        Tensor x = new PointMixtureProblem().Simulate(zeros(Rows, 2, dtype: ScalarType.Float64), random);
        double close = (x.square().sum(1) < 0.09).to(ScalarType.Float64).mean().item<double>();
        // Within three narrow standard deviations: 1 - exp(-4.5) of the narrow half, 1 - exp(-.045) of the wide one.
        Assert.That(close, Is.EqualTo((2 - Math.Exp(-4.5) - Math.Exp(-0.045)) / 2).Within(6 * 0.5 / 200));
    }

    [Test]
    public void MixtureLikelihoodIsItsDensity()
    {
        PointMixtureProblem problem = new();
        double Density(double x1, double x2) => 0.5 * (
            Normal.PDF(1, 1, x1) * Normal.PDF(2, 1, x2) + Normal.PDF(1, 0.1, x1) * Normal.PDF(2, 0.1, x2));
        double Ratio(double x1, double x2) => problem.LogLikelihood([1, 2], [x1, x2]) - problem.LogLikelihood([1, 2], [1, 2]);
        Assert.That(Ratio(1.05, 1.9), Is.EqualTo(Math.Log(Density(1.05, 1.9) / Density(1, 2))).Within(1e-12));
        Assert.That(Ratio(2.5, 1), Is.EqualTo(Math.Log(Density(2.5, 1) / Density(1, 2))).Within(1e-12));
    }

    /// <summary>Means m and covariance S of each of the four points.</summary>
    [Test]
    public void SlcpHasItsMoments()
    {
        double[] theta = [0.5, -1, 1.5, -0.8, 0.7];
        double s1 = 2.25, s2 = 0.64, rho = Math.Tanh(0.7);
        (double[] mean, double[] variance) = Moments(new SlcpProblem(), theta);
        using RandomSource random = new(RandomKey.FromSeed(6));
        Tensor x = new SlcpProblem().Simulate(tensor(theta).expand(Rows, 5), random);
        for (int k = 0; k < 8; k += 2)
        {
            Assert.That(mean[k], Is.EqualTo(0.5).Within(6 * s1 / 200));
            Assert.That(mean[k + 1], Is.EqualTo(-1).Within(6 * s2 / 200));
            Assert.That(variance[k] / (s1 * s1), Is.EqualTo(1).Within(0.045));
            Assert.That(variance[k + 1] / (s2 * s2), Is.EqualTo(1).Within(0.045));
            double product = ((x.select(1, k) - 0.5) * (x.select(1, k + 1) + 1)).mean().item<double>();
            Assert.That(product / (s1 * s2), Is.EqualTo(rho).Within(0.04));
        }

        double apart = ((x.select(1, 0) - 0.5) * (x.select(1, 2) - 0.5)).mean().item<double>();
        Assert.That(apart / (s1 * s1), Is.EqualTo(0).Within(0.03), "points are independent");
    }

    [Test]
    public void SlcpLikelihoodIsTheProductOfFourNormalDensities()
    {
        double[] theta = [0.5, -1, 1.5, -0.8, 0.7], other = [0.2, 0.1, -1.1, 0.4, -2], x = [1, 0, -2, -1, 3, -0.5, 0.4, -1.2];
        SlcpProblem problem = new();
        double difference = problem.LogLikelihood(theta, x) - problem.LogLikelihood(other, x);
        Assert.That(difference, Is.EqualTo(LogNormalDensity(theta, x) - LogNormalDensity(other, x)).Within(1e-9));

        static double LogNormalDensity(double[] t, double[] x)
        {
            double s1 = t[2] * t[2], s2 = t[3] * t[3], c = Math.Tanh(t[4]) * s1 * s2;
            Matrix<double> covariance = Matrix<double>.Build.DenseOfRowArrays([s1 * s1 + 1e-6, c], [c, s2 * s2 + 1e-6]);
            double sum = 0;
            for (int k = 0; k < 8; k += 2)
            {
                Vector<double> d = Vector<double>.Build.Dense([x[k] - t[0], x[k + 1] - t[1]]);
                sum -= 0.5 * (d.DotProduct(covariance.Inverse() * d) + Math.Log(covariance.Determinant()));
            }

            return sum;
        }
    }

    /// <summary>V'y is the number of spikes and the last nine of the 17 correlations of zero-padded spikes with the noise.</summary>
    [Test]
    public void NeuronsStatisticsAreCorrelations()
    {
        double[] noise = LegacyNormal.Numbers(42, 100);
        using RandomSource random = new(RandomKey.FromSeed(9));
        double[] theta = [0.5, 1, -1, 0.5, 0, 0.3, -0.2, 0.1, 0.4, -0.6];
        double[] y = TaskAssert.Values(new BernoulliGlmProblem(isRaw: true).Simulate(tensor(theta).reshape(1, 10), random));
        random.Restart(RandomKey.FromSeed(9));
        double[] x = TaskAssert.Values(new BernoulliGlmProblem(isRaw: false).Simulate(tensor(theta).reshape(1, 10), random));
        double[] padded = [.. new double[8], .. y, .. new double[8]];
        Assert.That(y, Is.All.AnyOf(0.0, 1.0));
        Assert.That(x[0], Is.EqualTo(y.Sum()));
        for (int k = 8; k < 17; k++)
        {
            Assert.That(x[k - 7], Is.EqualTo(noise.Select((v, t) => v * padded[k + t]).Sum()).Within(1e-9));
        }

        Assert.That(
            new BernoulliGlmProblem(isRaw: false).LogLikelihood(theta, x),
            Is.EqualTo(new BernoulliGlmProblem(isRaw: true).LogLikelihood(theta, y)).Within(1e-9),
            "V'y is all that the likelihood takes of y");
        double byHand = y.Select((fires, t) =>
        {
            double p = 1 / (1 + Math.Exp(-BernoulliGlmProblem.DesignMatrix.Row(t).DotProduct(Vector<double>.Build.Dense(theta))));
            return Math.Log(fires > 0 ? p : 1 - p);
        }).Sum();
        Assert.That(new BernoulliGlmProblem(isRaw: true).LogLikelihood(theta, y), Is.EqualTo(byHand).Within(1e-9));
    }

    /// <summary>The prior of the filter is normal with the precision F'F, of the bias with the variance 2.</summary>
    [Test]
    public void NeuronsPriorIsSmooth()
    {
        BernoulliGlmProblem problem = new(isRaw: false);
        double At(params (int Index, double Value)[] set)
        {
            double[] theta = new double[10];
            foreach ((int index, double value) in set)
            {
                theta[index] = value;
            }

            return problem.Parameters.LogDensity(theta) - problem.Parameters.LogDensity(new double[10]);
        }

        Assert.That(At((0, 3)), Is.EqualTo(-9 / 4.0).Within(1e-9), "variance 2");
        // The first column of F: 1 + 0, -2, 1; of the last row and column only 1 + sqrt(8/9).
        Assert.That(At((1, 1)), Is.EqualTo(-(1 + 4 + 1) / 2.0).Within(1e-9));
        double last = 1 + Math.Sqrt(8 / 9.0);
        Assert.That(At((9, 1)), Is.EqualTo(-last * last / 2).Within(1e-9));
        // Second and third column: (0, 1 + 1/3, -2, 1, ...) and (0, 0, 1 + sqrt 2 / 3, -2, 1).
        double product = -2 * (1 + Math.Sqrt(2) / 3) + 1 * -2;
        Assert.That(At((2, 1), (3, 1)) - At((2, 1)) - At((3, 1)), Is.EqualTo(-product).Within(1e-9));
    }

    /// <summary>At first the sick grow by exp((beta - gamma) t); in the end ln s = -(beta / gamma)(1 - s), the well who are left.</summary>
    [Test]
    public void EpidemicGrowsAndEndsAsTheEquationsSay()
    {
        double[] slow = EpidemicProblem.LogShares([0.15, 0.1]);
        Assert.That(slow[0], Is.EqualTo(Math.Log(1e-6)).Within(1e-12));
        Assert.That(slow[1] - slow[0], Is.EqualTo(17 * 0.05).Within(1e-5), "while nearly all are well");
        double[] fast = EpidemicProblem.LogShares([1.2, 0.15]);
        // Nobody is left to fall ill: the number falls by exp(gamma t), but for beta s, with s from the equation of the final size.
        double well = 1e-9;
        for (int i = 0; i < 100; i++)
        {
            well = Math.Exp(-(1.2 / 0.15) * (1 - well));
        }

        Assert.That(fast[9] - fast[8], Is.EqualTo(17 * (1.2 * well - 0.15)).Within(1e-4));
    }

    [Test]
    public void TestedPeopleAreBinomial()
    {
        double[] theta = [0.5, 0.15];
        double[] share = [.. EpidemicProblem.LogShares(theta).Select(Math.Exp)];
        (double[] mean, double[] variance) = Moments(new EpidemicProblem(), theta);
        for (int k = 0; k < share.Length; k++)
        {
            double expected = 1000 * share[k], spread = expected * (1 - share[k]);
            Assert.That(mean[k], Is.EqualTo(expected).Within(6 * Math.Sqrt(spread) / 200 + 1e-9));
            // Rare counts have a heavier tail than normal ones.
            Assert.That(variance[k], Is.EqualTo(spread).Within(spread * 0.045 + 6 * Math.Sqrt(spread) / 200 + 1e-9));
        }

        // More than half are ill: counted by those who are well.
        Assert.That(EpidemicProblem.LogShares([1, 0.02]).Max(), Is.GreaterThan(Math.Log(0.5)), "the case is there");
        (double[] many, _) = Moments(new EpidemicProblem(), [1, 0.02]);
        double[] half = [.. EpidemicProblem.LogShares([1, 0.02]).Select(l => 1000 * Math.Exp(l))];
        Assert.That(many, Is.EqualTo(half).Within(6 * 16 / 200.0));
    }

    /// <summary>delta X - gamma ln X + beta Y - alpha ln Y never changes.</summary>
    [TestCase(0.9, 0.05, 0.9, 0.05)]
    [TestCase(1.5, 0.03, 0.7, 0.04)]
    public void PredatorsAndPreyKeepTheirInvariant(double alpha, double beta, double gamma, double delta)
    {
        double[] logs = PredatorPreyProblem.LogStates([alpha, beta, gamma, delta]);
        double[] kept = [.. Enumerable.Range(0, 10).Select(i =>
            delta * Math.Exp(logs[i]) - gamma * logs[i] + beta * Math.Exp(logs[10 + i]) - alpha * logs[10 + i])];
        Assert.That((logs[0], logs[10]), Is.EqualTo((Math.Log(30), 0.0)));
        Assert.That(kept, Is.All.EqualTo(delta * 30 - gamma * Math.Log(30) + beta).Within(1e-4));
        Assert.That(logs.Take(10).Distinct().Count(), Is.EqualTo(10), "they move");
    }

    [Test]
    public void CountsOfAnimalsAreLogNormal()
    {
        double[] theta = [0.9, 0.05, 0.9, 0.05], logs = PredatorPreyProblem.LogStates(theta);
        using RandomSource random = new(RandomKey.FromSeed(12));
        Tensor x = new PredatorPreyProblem().Simulate(tensor(theta).expand(2000, 4), random).log();
        Assert.That(TaskAssert.Values(x.mean([0])), Is.EqualTo(logs).Within(6 * 0.1 / Math.Sqrt(2000)));
        Assert.That(TaskAssert.Values(x.std(0)), Is.All.EqualTo(0.1).Within(0.1 * 0.1));
    }

    /// <summary>An equation with a known solution: y'' = -y.</summary>
    [Test]
    public void EquationsAreSolvedToTheTolerance()
    {
        double[] state = [1, 0];
        List<double> seen = [];
        OrdinaryEquation.Solve(
            (now, slope) =>
            {
                slope[0] = now[1];
                slope[1] = -now[0];
            },
            state,
            [0, 1, 10, 10],
            1e-10,
            (_, now) => seen.Add(now[0]));
        Assert.That(seen, Is.EqualTo(new[] { 1, Math.Cos(1), Math.Cos(10), Math.Cos(10) }).Within(1e-8));
        Assert.That(state[1], Is.EqualTo(-Math.Sin(10)).Within(1e-8));
    }

    private static (double[] Mean, double[] Variance) Moments(BenchmarkProblem problem, double[] theta)
    {
        using RandomSource random = new(RandomKey.FromSeed(5));
        Tensor x = problem.Simulate(tensor(theta).expand(Rows, theta.Length), random);
        return (TaskAssert.Values(x.mean([0])), TaskAssert.Values(x.var(0)));
    }
}
