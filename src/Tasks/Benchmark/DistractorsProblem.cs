using Reproduce.Compute;
using Reproduce.Compute.Priors;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// The eight numbers of <see cref="SlcpProblem"/> among 92 that mean nothing: draws of an equal mixture of multivariate t distributions
/// with two degrees of freedom, all in a fixed order.
/// </summary>
/// <param name="files">Where the mixture and the order are read from, when first needed.</param>
internal sealed class DistractorsProblem(BenchmarkFiles files) : BenchmarkProblem
{
    private readonly SlcpProblem _slcp = new();
    private readonly Lazy<Distractors> _distractors = new(files.Distractors);

    /// <inheritdoc/>
    public override ParameterSpace Parameters => _slcp.Parameters;

    /// <inheritdoc/>
    public override int Length => 100;

    /// <inheritdoc/>
    public override string Folder => _slcp.Folder;

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random) => Among(_slcp.Simulate(theta, random), random);

    /// <inheritdoc/>
    /// <remarks>Those of <see cref="SlcpProblem"/> among distractors, which leave their posterior as it is.</remarks>
    public override Tensor Observe(Tensor theta, Tensor published, RandomSource random) => Among(published, random);

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x) => _slcp.LogLikelihood(theta, Meaningful(x));

    /// <inheritdoc/>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random) =>
        _slcp.SamplePosterior(Meaningful(x), pilot, draws, random);

    // x: float64, [B, 8]; the result is float64, [B, 100].
    private Tensor Among(Tensor x, RandomSource random)
    {
        using DisposeScope scope = NewDisposeScope();
        Distractors distractors = _distractors.Value;
        long batch = x.shape[0], count = distractors.Location.GetLength(1);
        long[] component = random.Integers(0, distractors.Location.GetLength(0), [batch]).data<long>().ToArray();
        Tensor normal = random.Normal([batch, count], dtype: ScalarType.Float64);
        // t with two degrees of freedom: a chi-square of two, halved, is the negative logarithm of a uniform number.
        Tensor half = (1 - random.Uniform([batch, 1], dtype: ScalarType.Float64)).log_().neg_().clamp_min_(1e-300);
        double[] z = Values(normal / half.sqrt_());
        double[] all = new double[batch * Length];
        double[] meaningful = Values(x);
        for (int i = 0; i < batch; i++)
        {
            double[] row = new double[Length];
            Array.Copy(meaningful, i * _slcp.Length, row, 0, _slcp.Length);
            for (int d = 0; d < count; d++)
            {
                double sum = distractors.Location[component[i], d];
                for (int e = 0; e <= d; e++)
                {
                    sum += distractors.Factor[component[i], d, e] * z[i * count + e];
                }

                row[_slcp.Length + d] = sum;
            }

            for (int j = 0; j < Length; j++)
            {
                all[i * Length + j] = row[distractors.Order[j]];
            }
        }

        return tensor(all, [batch, Length]).MoveToOuterDisposeScope();
    }

    private double[] Meaningful(ReadOnlySpan<double> x)
    {
        double[] result = new double[_slcp.Length];
        int[] order = _distractors.Value.Order;
        for (int j = 0; j < order.Length; j++)
        {
            if (order[j] < result.Length)
            {
                result[order[j]] = x[j];
            }
        }

        return result;
    }
}
