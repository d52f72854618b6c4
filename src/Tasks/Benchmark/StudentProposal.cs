using MathNet.Numerics.LinearAlgebra;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// An equal mixture of multivariate t distributions with one scale: around draws it is a kernel estimate of their density, around one point
/// an approximation of a posterior with one mode.
/// </summary>
/// <remarks>Its tails are heavier than those of any posterior here, so that no weight becomes large far out.</remarks>
internal sealed class StudentProposal : IProposal
{
    private const int FewestFreedom = 4;

    private readonly double[] _centres; // [K, D], in units of the scale's factor
    private readonly Matrix<double> _factor;
    private readonly double[] _inverse; // [D, D], lower triangular
    private readonly int _freedom;

    /// <summary>A mixture.</summary>
    /// <param name="centres">The centres, [K, D].</param>
    /// <param name="scale">The scale matrix, symmetric and positive definite, [D, D].</param>
    public StudentProposal(double[,] centres, Matrix<double> scale)
    {
        Dimension = centres.GetLength(1);
        _factor = scale.Cholesky().Factor;
        _inverse = [.. _factor.Inverse().ToRowMajorArray()];
        // The density is then one over a whole power.
        _freedom = FewestFreedom + Dimension % 2;
        _centres = new double[centres.Length];
        double[] row = new double[Dimension];
        for (int k = 0; k < centres.GetLength(0); k++)
        {
            Buffer.BlockCopy(centres, k * Dimension * sizeof(double), row, 0, Dimension * sizeof(double));
            Whiten(row, _centres.AsSpan(k * Dimension, Dimension));
        }
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    private int Count => _centres.Length / Dimension;

    /// <summary>A kernel estimate of the density of draws, as wide as Silverman's rule says for one mode.</summary>
    /// <param name="draws">[N, D].</param>
    /// <param name="most">The most of them that become centres, evenly spaced.</param>
    public static StudentProposal Around(double[,] draws, int most = 2000)
    {
        int count = draws.GetLength(0), dimension = draws.GetLength(1), taken = Math.Min(count, most);
        Matrix<double> covariance = SampleCovariance.Of(Matrix<double>.Build.DenseOfArray(draws));
        double width = Math.Pow(4.0 / ((dimension + 2.0) * taken), 1.0 / (dimension + 4));
        double[,] centres = new double[taken, dimension];
        for (int k = 0; k < taken; k++)
        {
            for (int d = 0; d < dimension; d++)
            {
                centres[k, d] = draws[(int)((long)k * count / taken), d];
            }
        }

        return new StudentProposal(centres, covariance * (width * width));
    }

    /// <inheritdoc/>
    public double[] Draw(int count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using DisposeScope scope = NewDisposeScope();
        long[] centre = random.Integers(0, Count, [count]).data<long>().ToArray();
        double[] normal = random.Normal([count, Dimension], dtype: ScalarType.Float64).data<double>().ToArray();
        double[] chiSquare = random.Normal([count, _freedom], dtype: ScalarType.Float64).Squared().sum(1).data<double>().ToArray();
        for (int i = 0; i < count; i++)
        {
            double spread = Math.Sqrt(_freedom / chiSquare[i]);
            Span<double> row = normal.AsSpan(i * Dimension, Dimension);
            for (int d = 0; d < Dimension; d++)
            {
                row[d] = _centres[centre[i] * Dimension + d] + spread * row[d];
            }

            for (int d = Dimension - 1; d >= 0; d--)
            {
                double sum = 0;
                for (int e = 0; e <= d; e++)
                {
                    sum += _factor[d, e] * row[e];
                }

                row[d] = sum;
            }
        }

        return normal;
    }

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> theta)
    {
        Span<double> white = stackalloc double[Dimension];
        Whiten(theta, white);
        int power = (_freedom + Dimension) / 2;
        double sum = 0;
        for (int start = 0; start < _centres.Length; start += Dimension)
        {
            double square = 0;
            for (int d = 0; d < white.Length; d++)
            {
                double difference = white[d] - _centres[start + d];
                square += difference * difference;
            }

            double factor = 1 / (1 + square / _freedom), term = factor;
            for (int p = 1; p < power; p++)
            {
                term *= factor;
            }

            sum += term;
        }

        return Math.Log(sum);
    }

    private void Whiten(ReadOnlySpan<double> theta, Span<double> white)
    {
        for (int d = 0; d < Dimension; d++)
        {
            double sum = 0;
            for (int e = 0; e <= d; e++)
            {
                sum += _inverse[d * Dimension + e] * theta[e];
            }

            white[d] = sum;
        }
    }
}
