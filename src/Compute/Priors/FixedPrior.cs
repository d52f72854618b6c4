
namespace Reproduce.Compute.Priors;

/// <summary>A parameter that is known: the simulator gets it with the others, and nothing is inferred about it.</summary>
public sealed record FixedPrior : Prior, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "fixed";

    /// <summary>Its value.</summary>
    public required double Value { get; init; }

    /// <inheritdoc/>
    public override double[] Sample(long count, RandomSource random)
    {
        double[] values = new double[count];
        Array.Fill(values, Value);
        return values;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(Value, Value)];

    /// <inheritdoc/>
    /// <remarks>Of the probability of the one value, 1: there is no density.</remarks>
    public override double LogDensity(ReadOnlySpan<double> theta) => theta[0].Equals(Value) ? 0 : double.NegativeInfinity;
}
