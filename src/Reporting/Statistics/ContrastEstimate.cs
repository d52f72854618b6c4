namespace Reproduce.Reporting;

/// <summary>A mean, a difference or another weighted sum of means, and how well it is known.</summary>
public sealed record ContrastEstimate
{
    /// <summary>How sure an interval is unless another probability is given.</summary>
    public const double Confidence = 0.95;

    /// <summary>The weighted sum.</summary>
    public required double Value { get; init; }

    /// <summary>Its standard error over test sets and trainings; null where nothing says how far it scatters.</summary>
    public double? StandardError { get; init; }

    /// <summary>Degrees of freedom of the standard error; infinite where it is known.</summary>
    public double DegreesOfFreedom { get; init; } = double.PositiveInfinity;

    /// <summary>Number of test sets; 0 for a number that belongs to all of them.</summary>
    public int TestSets { get; init; }

    /// <summary>Number of test sets that some training or some term lacks, so that they do not count.</summary>
    public int LeftOut { get; init; }

    /// <summary>Number of trainings of each term.</summary>
    public required IReadOnlyList<int> Trainings { get; init; }

    /// <summary>Whether the spread between trainings of some term is unknown and so not in the interval.</summary>
    public bool OneTraining { get; init; }

    /// <summary>The settings from which a spread between trainings was taken.</summary>
    public IReadOnlyList<string> Borrowed { get; init; } = [];

    /// <summary>The weighted sum by test set, trainings averaged, in the order of the test sets.</summary>
    public double[] PerTestSet { get; init; } = [];

    /// <summary>Lower end of the 95 % interval; minus infinity where the scatter is unknown.</summary>
    public double Low => Value - HalfWidth();

    /// <summary>Upper end of the 95 % interval; infinity where the scatter is unknown.</summary>
    public double High => Value + HalfWidth();

    /// <summary>Half the width of the interval; infinite where the scatter is unknown.</summary>
    /// <param name="confidence">In (0, 1).</param>
    public double HalfWidth(double confidence = Confidence) => StandardError switch
    {
        null => double.PositiveInfinity,
        0 => 0,
        double error => error * VarianceSum.Quantile((1 + confidence) / 2, DegreesOfFreedom),
    };

    /// <summary>
    /// "100 test sets, 5 trainings"; "5 and 1 trainings" where the terms differ; what was left out or borrowed behind it.
    /// </summary>
    public string Basis
    {
        get
        {
            string sets = TestSets == 0 ? "" : TestSets == 1 ? "one test set, " : $"{TestSets} test sets, ";
            string left = LeftOut == 0 ? "" : $", {LeftOut} left out";
            string borrowed = Borrowed.Count == 0 ? "" : $", spread between trainings from {string.Join(" and ", Borrowed)}";
            return sets + TrainingsText(Trainings) + left + borrowed;
        }
    }

    /// <summary>"one training", "5 trainings" or "5 and 1 trainings".</summary>
    /// <param name="counts">Number of trainings of each term.</param>
    internal static string TrainingsText(params IReadOnlyList<int> counts)
    {
        int[] different = [.. counts.Distinct()];
        return different is [1] ? "one training" : $"{string.Join(" and ", different)} trainings";
    }
}
