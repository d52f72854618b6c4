using MathNet.Numerics.LinearAlgebra;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// A neuron that fires at each of 100 times with probability sigmoid(V theta): theta is a bias and a filter of nine weights on white noise.
/// </summary>
/// <remarks>
/// <para>theta ~ N(0, B), B^-1 = blockdiag(1/2, F'F), F = D^2 + diag(sqrt(i / 9)) with D the first differences: a smooth filter.</para>
/// <para>Observed are the 100 spikes y, or V'y: their number and nine correlations with the noise, which is all that the likelihood
/// exp(theta' V'y - sum log(1 + exp(V theta))) takes of them.</para>
/// <para>The noise is that of sbibm: 100 numbers of NumPy's RandomState(42).randn.</para>
/// </remarks>
/// <param name="isRaw">Whether the spikes are observed.</param>
internal sealed class BernoulliGlmProblem(bool isRaw) : BenchmarkProblem
{
    internal const int Dimension = 10;

    private const int Times = 100, Filter = Dimension - 1;
    private const int NewtonSteps = 50;

    // One step in four is accepted: of the repeats of a draw .75^20, 3 in 1000, stay where they were.
    private const int Moves = 20;

    private static readonly Matrix<double> s_design = Design(LegacyNormal.Numbers(42, Times));
    private static readonly Matrix<double> s_precision = Precision();
    private static readonly double[] s_rows = s_design.ToRowMajorArray();

    /// <inheritdoc/>
    public override ParameterSpace Parameters { get; } = new([new ParameterSettings
    {
        Names = [.. Enumerable.Range(1, Dimension).Select(i => $"theta{i}")],
        Labels = [.. TaskDescription.Numbered("θ", Dimension)],
        Prior = new MultivariateNormalPrior { Mean = new double[Dimension], Covariance = Covariance() },
    }]);

    /// <inheritdoc/>
    public override int Length => isRaw ? Times : Dimension;

    /// <inheritdoc/>
    public override string Folder => "bernoulli_glm";

    /// <summary>V, [100, 10].</summary>
    internal static Matrix<double> DesignMatrix => s_design;

    /// <inheritdoc/>
    /// <remarks>The spikes behind the published statistics are not among sbibm's data.</remarks>
    public override bool IsPublished => !isRaw;

    /// <inheritdoc/>
    public override Tensor Observe(Tensor theta, Tensor published, RandomSource random) => isRaw ? Simulate(theta, random) : published;

    /// <inheritdoc/>
    public override Tensor Simulate(Tensor theta, RandomSource random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor design = tensor(s_rows, [Times, Dimension]);
        Tensor fires = random.Uniform([theta.shape[0], Times], dtype: ScalarType.Float64) < theta.mm(design.t()).sigmoid();
        Tensor y = fires.to(ScalarType.Float64);
        return (isRaw ? y : y.mm(design)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        Span<double> statistics = stackalloc double[Dimension];
        Statistics(x, statistics);
        double sum = 0;
        for (int d = 0; d < Dimension; d++)
        {
            sum += theta[d] * statistics[d];
        }

        for (int t = 0; t < Times; t++)
        {
            double drive = 0;
            for (int d = 0; d < Dimension; d++)
            {
                drive += s_rows[t * Dimension + d] * theta[d];
            }

            sum -= Math.Max(drive, 0) + Math.Log(1 + Math.Exp(-Math.Abs(drive)));
        }

        return sum;
    }

    /// <inheritdoc/>
    /// <remarks>The first version's draws had repeats.</remarks>
    public override int PosteriorVersion => 2;

    /// <inheritdoc/>
    /// <remarks>The posterior is log-concave: importance resampling from a t distribution around its mode, then a random walk.</remarks>
    public override double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random)
    {
        double[] statistics = new double[Dimension];
        Statistics(x, statistics);
        Vector<double> given = Vector<double>.Build.DenseOfArray(statistics), mode = Vector<double>.Build.Dense(Dimension);
        Matrix<double> curvature = s_precision;
        for (int step = 0; step < NewtonSteps; step++)
        {
            Vector<double> probability = (s_design * mode).Map(drive => 1 / (1 + Math.Exp(-drive)));
            Vector<double> gradient = given - s_design.TransposeThisAndMultiply(probability) - s_precision * mode;
            Matrix<double> weights = Matrix<double>.Build.DiagonalOfDiagonalVector(probability.Map(p => p * (1 - p)));
            curvature = s_precision + s_design.TransposeThisAndMultiply(weights * s_design);
            // Half of a step at first: a full one may overshoot where the curve is flat.
            mode += curvature.Cholesky().Solve(gradient) * (step < 5 ? 0.5 : 1);
        }

        StudentProposal proposal = new(mode.ToRowMatrix().ToArray(), curvature.Inverse());
        return ImportanceResampling.Draw(proposal, theta => LogPosterior(theta, statistics), draws, random, Moves);
    }

    private double LogPosterior(ReadOnlySpan<double> theta, double[] statistics)
    {
        double square = 0;
        for (int i = 0; i < Dimension; i++)
        {
            for (int j = 0; j < Dimension; j++)
            {
                square += theta[i] * s_precision[i, j] * theta[j];
            }
        }

        return LogLikelihood(theta, statistics) - square / 2;
    }

    private static void Statistics(ReadOnlySpan<double> x, Span<double> statistics)
    {
        if (x.Length == Dimension)
        {
            x.CopyTo(statistics);
            return;
        }

        statistics.Clear();
        for (int t = 0; t < Times; t++)
        {
            for (int d = 0; d < Dimension; d++)
            {
                statistics[d] += x[t] * s_rows[t * Dimension + d];
            }
        }
    }

    // A column of ones, then the noise of now and of one to eight times before.
    private static Matrix<double> Design(double[] noise) =>
        Matrix<double>.Build.Dense(Times, Dimension, (t, d) => d == 0 ? 1 : t >= d - 1 ? noise[t - d + 1] : 0);

    private static Matrix<double> Precision()
    {
        Matrix<double> first = Matrix<double>.Build.Dense(Filter, Filter, (i, j) => i == j ? 1 : i == j + 1 ? -1 : 0);
        Matrix<double> f = first * first + Matrix<double>.Build.Diagonal(Filter, Filter, i => Math.Sqrt(i / (double)Filter));
        Matrix<double> precision = Matrix<double>.Build.Dense(Dimension, Dimension);
        precision[0, 0] = 0.5;
        precision.SetSubMatrix(1, 1, f.TransposeThisAndMultiply(f));
        return precision;
    }

    private static double[][] Covariance()
    {
        Matrix<double> inverse = s_precision.Inverse();
        // Symmetric to the last bit.
        return ((inverse + inverse.Transpose()) / 2).ToRowArrays();
    }
}
