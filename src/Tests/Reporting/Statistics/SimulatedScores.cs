using MathNet.Numerics.Distributions;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>Scores of trainings on common test sets with known components of variance.</summary>
internal static class SimulatedScores
{
    /// <summary>[R, J] values: mean + training + test set + rest, each effect normal.</summary>
    public static double[,] Table(Random random, int trainings, int testSets, double mean, Components deviations)
    {
        double[] training = Normals(random, trainings, deviations.Training), testSet = Normals(random, testSets, deviations.TestSet);
        double[,] values = new double[trainings, testSets];
        for (int r = 0; r < trainings; r++)
        {
            for (int j = 0; j < testSets; j++)
            {
                values[r, j] = mean + training[r] + testSet[j] + Normal.Sample(random, 0, 1) * deviations.Rest;
            }
        }

        return values;
    }

    public static double[] Normals(Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => deviation * Normal.Sample(random, 0, 1))];

    public static ReplicatedValues Values(double[,] table) => new(
        from r in Enumerable.Range(0, table.GetLength(0))
        from j in Enumerable.Range(0, table.GetLength(1))
        select SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", table[r, j], j, r));

    public static ContrastTerm Term(double[,] table, double weight = 1, int budget = 1024, TrainingSpread? elsewhere = null) =>
        new() { Weight = weight, Budget = budget, Values = Values(table), Elsewhere = elsewhere };

    public static ContrastTerm Term(double[] perTraining, double weight = 1, int budget = 1024, double testSetDeviation = 0) =>
        new()
        {
            Weight = weight,
            Budget = budget,
            Values = new ReplicatedValues(
                perTraining.Select((v, r) => SyntheticResults.Row("gmm", budget, "cmpe", 10, "seconds", v, null, r))
            )
            {
                TestSetDeviation = testSetDeviation,
            },
        };
}

/// <summary>Standard deviations of the effects of a table of trainings by test sets.</summary>
internal sealed record Components(double Training, double TestSet, double Rest)
{
    /// <summary>Splits the spread over test sets that one training shows.</summary>
    /// <param name="training">Between trainings.</param>
    /// <param name="perSet">Over test sets, of one training: test set and rest together.</param>
    /// <param name="share">Part of that variance that another training of the same contender does not repeat.</param>
    public static Components Split(double training, double perSet, double share) =>
        new(training, perSet * Math.Sqrt(1 - share), perSet * Math.Sqrt(share));
}
