using Reproduce.Compute;
using Reproduce.Compute.Priors;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// Prey and predators: dX = alpha X - beta X Y, dY = -gamma Y + delta X Y from X = 30 and Y = 1; both are counted at ten times 2.1 apart,
/// with errors that are log-normal.
/// </summary>
/// <remarks>
/// alpha, gamma ~ LogNormal(-0.125, 0.5), beta, delta ~ LogNormal(-3, 0.5); x ~ LogNormal(ln clamp(state, 1e-10, 1e4), 0.1). Solved for the
/// logarithms of X and Y, which stay positive.
/// </remarks>
internal sealed class PredatorPreyProblem : BenchmarkProblem
{
    private const int Counts = 10, Unknowns = 2;
    private const double Between = 2.1, Sd = 0.1, Tolerance = 1e-6, PreyAtFirst = 30, LogSd = 0.5;

    private static readonly double s_least = Math.Log(1e-10), s_most = Math.Log(1e4);
    private static readonly double[] s_times = [.. Enumerable.Range(0, Counts).Select(i => i * Between)];

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } = new(
    [
        Rate("alpha", "α", -0.125, LogSd), Rate("beta", "β", -3, LogSd), Rate("gamma", "γ", -0.125, LogSd), Rate("delta", "δ", -3, LogSd),
    ]);

    /// <inheritdoc/>
    public override int Length => Unknowns * Counts;

    /// <inheritdoc/>
    public override string Folder => "lotka_volterra";

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random)
    {
        long batch = theta.shape[0];
        double[] t = Values(theta), z = Values(random.Normal([batch, Length], dtype: ScalarType.Float64));
        Parallel.For(0, (int)batch, i =>
        {
            double[] logs = LogStates(t.AsSpan(4 * i, 4));
            for (int k = 0; k < Length; k++)
            {
                z[i * Length + k] = Math.Exp(logs[k] + Sd * z[i * Length + k]);
            }
        });
        return tensor(z, [batch, Length]);
    }

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        double[] logs = LogStates(theta);
        double sum = 0;
        for (int k = 0; k < Length; k++)
        {
            double off = (Math.Log(x[k]) - logs[k]) / Sd;
            sum -= off * off / 2;
        }

        return sum;
    }

    /// <inheritdoc/>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random) => ImportanceResampling.Draw(
        StudentProposal.Around(pilot), theta => LogPosterior(theta, x), draws, random);

    /// <summary>The clamped logarithms of ten numbers of prey, then of ten numbers of predators.</summary>
    /// <param name="theta">alpha, beta, gamma, delta.</param>
    internal static double[] LogStates(ReadOnlySpan<double> theta)
    {
        double alpha = theta[0], beta = theta[1], gamma = theta[2], delta = theta[3];
        double[] state = [Math.Log(PreyAtFirst), 0], logs = new double[Unknowns * Counts];
        OrdinaryEquation.Solve(
            (now, slope) =>
            {
                slope[0] = alpha - beta * Math.Exp(now[1]);
                slope[1] = delta * Math.Exp(now[0]) - gamma;
            },
            state,
            s_times,
            Tolerance,
            (k, now) =>
            {
                logs[k] = Math.Clamp(now[0], s_least, s_most);
                logs[Counts + k] = Math.Clamp(now[1], s_least, s_most);
            });
        return logs;
    }
}
