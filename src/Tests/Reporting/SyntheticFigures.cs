using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

/// <summary>Figures of draws, calibration and training made by formulas.</summary>
internal static class SyntheticFigures
{
    private static readonly (string Contender, int Steps)[] _contenders = [("nsf", 1), ("cmpe", 10)];
    private static readonly string[] _parameters = ["θ₁", "θ₂"];

    public static Figure Grid()
    {
        double[] x = [.. Enumerable.Range(0, 4000).Select(i => Math.Sin(i) * (i % 7))],
            y = [.. Enumerable.Range(0, 4000).Select(i => Math.Cos(1.3 * i) * (i % 5))];
        double[][][] arms =
        [
            .. Enumerable.Range(0, 50).Select(i => new double[][] { [0, 0.01 * i], [0.5, 0.02 * i], [1, 0.1 * Math.Sin(i)] }),
        ];
        PosteriorCell[] cells =
        [
            new() { Contender = "reference", Title = "Reference", X = x, Y = y },
            new() { Contender = "cmpe", Style = SyntheticResults.Styles.Of("cmpe"), Title = "CMPE, 10 steps", X = x, Y = y, Chains = arms },
            new() { Contender = "acf", Title = "ACF", Hole = "failed: diverged" },
        ];
        return PosteriorGrid.Create(
        [
            new() { Title = "Two moons", XName = "θ₁", YName = "θ₂", Cells = cells, Truth = (0.2, 0.3) },
            new() { Title = "Arms", XName = "x₁", YName = "x₂", Cells = cells, View = (0, 0, 2) },
        ]);
    }

    public static Figure Ecdf()
    {
        double[] grid = [.. Enumerable.Range(0, 51).Select(i => i / 50.0)];
        return CalibrationFigures.EcdfDifference([.. Each((c, s, p) => new EcdfPanel
        {
            Contender = SyntheticResults.Styles.Of(c),
            Steps = s,
            Parameter = p,
            Grid = grid,
            Difference = [.. grid.Select(g => 0.03 * Math.Sin(6.28 * g))],
            Lower = [.. grid.Select(g => -0.1 * Math.Sqrt(g * (1 - g)))],
            Upper = [.. grid.Select(g => 0.1 * Math.Sqrt(g * (1 - g)))],
        })], 0.95);
    }

    public static Figure Ranks() => CalibrationFigures.RankHistograms(
        [
            .. Each((c, s, p) => new RankHistogramPanel
            {
                Contender = SyntheticResults.Styles.Of(c),
                Steps = s,
                Parameter = p,
                Counts = [4, 5, 6, 5, 3, 8, 2, 7, 5, 5],
                Lower = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
                Upper = [10, 10, 10, 10, 10, 10, 10, 10, 10, 9],
            }),
        ],
        0.99);

    public static Figure Recovery()
    {
        double[] truth = [.. Enumerable.Range(0, 100).Select(i => Math.Sin(i) * 2)];
        return CalibrationFigures.Recovery([.. Each((c, s, p) => new RecoveryPanel
        {
            Contender = SyntheticResults.Styles.Of(c),
            Steps = s,
            Parameter = p,
            Truth = truth,
            Median = [.. truth.Select(t => 0.9 * t)],
            Lower = [.. truth.Select(t => 0.9 * t - 0.3)],
            Upper = [.. truth.Select(t => 0.9 * t + 0.3)],
        })], 0.9);
    }

    public static Figure Loss()
    {
        double[] time = [.. Enumerable.Range(1, 200).Select(i => (double)i)];
        double[] many = [.. Enumerable.Range(1, 2000).Select(i => (double)i)];
        return LossFigure.Create(
            [
                new()
                {
                    Contender = SyntheticResults.Styles.Of("cmpe"),
                    Group = "512 simulations",
                    Time = time,
                    Training = [.. time.Select(t => 300 / t)],
                    Validation = [.. time.Select(t => 320 / t)],
                },
                new()
                {
                    Contender = SyntheticResults.Styles.Of("cmpe"),
                    Group = "1024 simulations",
                    Time = time,
                    Training = [.. time.Select(t => 200 / t)],
                    Validation = [.. time.Select(t => 210 / t)],
                },
                new()
                {
                    Contender = SyntheticResults.Styles.Of("nsf"),
                    Group = "512 simulations",
                    Time = many,
                    Training = [.. many.Select(t => 2 - t / 500)],
                    Kept = 700,
                },
            ],
            "epoch"
        );
    }

    /// <summary>Draws around 10 with one far out, and a truth of 4 that none of them reaches.</summary>
    public static CornerPlot Corner(int parameters)
    {
        double[][] Draws(double shift) =>
        [
            .. Enumerable.Range(0, parameters).Select(d => Enumerable.Range(0, 2000)
                .Select(i => i == 0 ? -1e6 : 10 + shift + Math.Sin(1.7 * i + d) + 0.5 * Math.Cos(0.3 * i * (d + 1))).ToArray()),
        ];
        return new CornerPlot
        {
            Labels = [.. Enumerable.Range(1, parameters).Select(i => $"log₁₀ parameter {i} (1/h)")],
            Contender = SyntheticResults.Styles.Of("cmpe"),
            Setting = "CMPE, 10 steps",
            Observation = "test set 1",
            Draws = Draws(0),
            Reference = Draws(0.5),
            Truth = [.. Enumerable.Repeat(4.0, parameters)],
        };
    }

    private static IEnumerable<T> Each<T>(Func<string, int, string, T> make) =>
        _contenders.SelectMany(c => _parameters.Select(p => make(c.Contender, c.Steps, p)));
}
