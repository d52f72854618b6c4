using Reproduce.Compute;
using Reproduce.Compute.Priors;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// An epidemic among a million: dS = -beta S I / N, dI = beta S I / N - gamma I, one person ill at first; at ten times 17 days apart a
/// thousand are tested.
/// </summary>
/// <remarks>
/// beta ~ LogNormal(ln 0.4, 0.5), gamma ~ LogNormal(ln 0.125, 0.2); x ~ Binomial(1000, I / N). Solved for the logarithms of S / N and
/// I / N, which stay positive.
/// </remarks>
internal sealed class EpidemicProblem : BenchmarkProblem
{
    private const int Visits = 10, DaysBetween = 17, Tested = 1000;
    private const double Population = 1e6, Tolerance = 1e-8;

    private static readonly double[] s_times = [.. Enumerable.Range(0, Visits).Select(i => (double)i * DaysBetween)];

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } =
        new([Rate("beta", "β", Math.Log(0.4), 0.5), Rate("gamma", "γ", Math.Log(0.125), 0.2)]);

    /// <inheritdoc/>
    public override int Length => Visits;

    /// <inheritdoc/>
    public override string Folder => "sir";

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random)
    {
        long batch = theta.shape[0];
        double[] t = Values(theta), u = Values(random.Uniform([batch, Visits], dtype: ScalarType.Float64));
        Parallel.For(0, (int)batch, i =>
        {
            double[] ill = LogShares(t.AsSpan(2 * i, 2));
            for (int k = 0; k < Visits; k++)
            {
                u[i * Visits + k] = Binomial(Math.Exp(ill[k]), u[i * Visits + k]);
            }
        });
        return tensor(u, [batch, Visits]);
    }

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        double[] ill = LogShares(theta);
        double sum = 0;
        for (int k = 0; k < Visits; k++)
        {
            sum += x[k] * ill[k];
            // 0 log 0 is 0.
            sum += x[k] < Tested ? (Tested - x[k]) * Math.Log(1 - Math.Min(Math.Exp(ill[k]), 1)) : 0;
        }

        return sum;
    }

    /// <inheritdoc/>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random) => ImportanceResampling.Draw(
        StudentProposal.Around(pilot), theta => LogPosterior(theta, x), draws, random);

    /// <summary>log(I / N) at the ten times.</summary>
    /// <param name="theta">beta and gamma, per day.</param>
    internal static double[] LogShares(ReadOnlySpan<double> theta)
    {
        double beta = theta[0], gamma = theta[1];
        double[] state = [Math.Log(1 - 1 / Population), Math.Log(1 / Population)], ill = new double[Visits];
        OrdinaryEquation.Solve(
            (now, slope) =>
            {
                slope[0] = -beta * Math.Exp(now[1]);
                slope[1] = beta * Math.Exp(now[0]) - gamma;
            },
            state,
            s_times,
            Tolerance,
            (k, now) => ill[k] = now[1]);
        return ill;
    }

    // The smallest count whose distribution function is above u.
    private static double Binomial(double probability, double u)
    {
        // Of those who are well if they are fewer: half to the thousandth power is still a number.
        double p = Math.Min(Math.Min(probability, 1 - probability), 0.5), odds = p / (1 - p);
        double mass = Math.Pow(1 - p, Tested), sum = mass;
        int count = 0;
        while (sum <= u && count < Tested)
        {
            mass *= odds * (Tested - count) / (count + 1);
            sum += mass;
            count++;
        }

        return probability > 0.5 ? Tested - count : count;
    }
}
