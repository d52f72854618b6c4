using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute.Priors;

/// <summary>The normal distribution of several parameters.</summary>
public sealed record MultivariateNormalPrior : Prior, INamedKind, IValidatableObject
{
    /// <inheritdoc/>
    public static string Kind => "multivariate-normal";

    /// <summary>Mean of each parameter, D numbers.</summary>
    [MinLength(1)]
    public required double[] Mean { get; init; }

    /// <summary>Covariance, D rows of D numbers: symmetric and positive definite.</summary>
    public required double[][] Covariance { get; init; }

    /// <inheritdoc/>
    public override int Dimension => Mean.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() =>
        [.. Enumerable.Repeat((double.NegativeInfinity, double.PositiveInfinity), Dimension)];

    /// <inheritdoc/>
    public override double[] Sample(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Matrix<double> factor = Cholesky().Factor;
        using DisposeScope scope = NewDisposeScope();
        double[] normal = random.Normal([count, Dimension], dtype: ScalarType.Float64).data<double>().ToArray();
        double[] result = new double[normal.Length];
        for (int start = 0; start < result.Length; start += Dimension)
        {
            for (int i = 0; i < Dimension; i++)
            {
                double sum = Mean[i];
                for (int j = 0; j <= i; j++)
                {
                    sum += factor[i, j] * normal[start + j];
                }

                result[start + i] = sum;
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public override double LogDensity(ReadOnlySpan<double> theta)
    {
        Cholesky<double> cholesky = Cholesky();
        Vector<double> difference = Vector<double>.Build.DenseOfArray(theta.ToArray()) - Vector<double>.Build.DenseOfArray(Mean);
        double distance = difference.DotProduct(cholesky.Solve(difference));
        return -0.5 * (distance + cholesky.DeterminantLn + Dimension * Math.Log(2 * Math.PI));
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Covariance.Length != Dimension || Covariance.Any(row => row.Length != Dimension))
        {
            yield return new ValidationResult(
                $"expected {Dimension} rows of {Dimension} numbers, as there are means", [nameof(Covariance)]);
        }
        else if (!IsPositiveDefinite())
        {
            yield return new ValidationResult("expected a symmetric, positive definite matrix", [nameof(Covariance)]);
        }
    }

    private bool IsPositiveDefinite()
    {
        for (int i = 0; i < Dimension; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (!Covariance[i][j].Equals(Covariance[j][i]))
                {
                    return false;
                }
            }
        }

        try
        {
            _ = Cholesky();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private Cholesky<double> Cholesky() => Matrix<double>.Build.DenseOfRowArrays(Covariance).Cholesky();
}
