using System.ComponentModel.DataAnnotations;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute.Priors;

/// <summary>
/// The parameters of a task: those that are inferred, in the order in which they were declared, and those that are fixed, which the
/// simulator gets among them.
/// </summary>
public sealed class ParameterSpace
{
    private readonly ParameterSettings[] _blocks;
    private readonly double?[] _fixed;

    /// <summary>The parameters that settings declare.</summary>
    /// <param name="parameters">The settings.</param>
    /// <exception cref="ArgumentException">They cannot be: a prior with wrong numbers, a name that is given twice.</exception>
    public ParameterSpace(IEnumerable<ParameterSettings> parameters)
    {
        _blocks = [.. parameters];
        Check(_blocks);
        _fixed = [.. _blocks.SelectMany(b => b.AllNames.Select(_ => (b.Prior as FixedPrior)?.Value))];
        AllNames = [.. _blocks.SelectMany(b => b.AllNames)];
        ParameterSettings[] inferred = [.. _blocks.Where(b => b.Prior is not FixedPrior)];
        Names = [.. inferred.SelectMany(b => b.AllNames)];
        Labels = [.. inferred.SelectMany(b => b.AllLabels)];
    }

    /// <summary>Names of all parameters, as the simulator gets them.</summary>
    public IReadOnlyList<string> AllNames { get; }

    /// <summary>Names of those that are inferred; their number is D.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Their names for readers.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Whether the settings have priors; else the simulator draws the parameters.</summary>
    public bool HasPriors => _blocks.All(b => b.Prior is not null);

    /// <summary>What is wrong with the parameters together, or null.</summary>
    /// <param name="parameters">The settings.</param>
    public static ValidationResult? Problem(IReadOnlyList<ParameterSettings> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        string[] names = [.. parameters.SelectMany(p => p.AllNames)];
        string? twice = names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is not null ? new ValidationResult($"expected names that differ, got '{twice}' twice")
            : parameters.All(p => p.Prior is FixedPrior) ? new ValidationResult("expected a parameter that is not fixed")
            : null;
    }

    /// <summary>
    /// Where the prior density of the parameters that are inferred is not zero: D intervals, of which either end may be infinite.
    /// </summary>
    public IReadOnlyList<(double Low, double High)> Support() => [.. Inferred().SelectMany(p => p.Support())];

    /// <summary>Draws of the parameters that are inferred.</summary>
    /// <param name="count">Number of draws, B.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>float32, [B, D], on the CPU.</returns>
    public Tensor Sample(long count, RandomSource random)
    {
        float[] theta = new float[checked(count * Names.Count)];
        int column = 0;
        foreach (Prior prior in Inferred())
        {
            double[] drawn = prior.Sample(count, random);
            for (int i = 0; i < drawn.Length; i++)
            {
                theta[i / prior.Dimension * Names.Count + column + i % prior.Dimension] = (float)drawn[i];
            }

            column += prior.Dimension;
        }

        return tensor(theta, [count, Names.Count]);
    }

    /// <summary>The logarithm of the prior density of the parameters that are inferred.</summary>
    /// <param name="theta">D numbers.</param>
    public double LogDensity(ReadOnlySpan<double> theta)
    {
        double sum = 0;
        int column = 0;
        foreach (Prior prior in Inferred())
        {
            sum += prior.LogDensity(theta.Slice(column, prior.Dimension));
            column += prior.Dimension;
        }

        return sum;
    }

    /// <summary>Rows of all parameters, with those that are fixed in their places.</summary>
    /// <param name="theta">[B, D].</param>
    /// <returns>float64, [B, all], on the CPU.</returns>
    public Tensor WithFixed(Tensor theta)
    {
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        Tensor given = theta.to(ScalarType.Float64, CPU);
        List<Tensor> columns = [];
        int next = 0;
        foreach (double? value in _fixed)
        {
            if (value is double known)
            {
                using Scalar number = known.ToScalar();
                columns.Add(full([given.shape[0]], number, dtype: ScalarType.Float64));
            }
            else
            {
                columns.Add(given.select(1, next++));
            }
        }

        return stack(columns, 1).contiguous().MoveToOuterDisposeScope();
    }

    private IEnumerable<Prior> Inferred() => _blocks
        .Select(b => b.Prior ?? throw new InvalidOperationException($"{string.Join(", ", b.AllNames)}: expected a prior, there is none."))
        .Where(p => p is not FixedPrior);

    // Who reads them from a file is told its line; this is for those made in code.
    private static void Check(ParameterSettings[] parameters)
    {
        foreach (ParameterSettings parameter in parameters)
        {
            string name = string.Join(", ", parameter.AllNames);
            for (Prior? prior = parameter.Prior; prior is not null; prior = (prior as TruncatedPrior)?.Of)
            {
                SettingsRules.Check(prior, name);
            }

            Refuse(parameter.Validate(new ValidationContext(parameter)).FirstOrDefault(), name);
        }

        Refuse(Problem(parameters), nameof(parameters));
    }

    private static void Refuse(ValidationResult? problem, string name)
    {
        if (problem is not null)
        {
            throw new ArgumentException($"{name}: {problem.ErrorMessage}.");
        }
    }
}
