namespace Reproduce.Reporting;

/// <summary>
/// Analysis of variance of a table of trainings by test sets, every training scored on every test set, one value in a cell: the two-way
/// crossed design with random effects and no replication inside a cell.
/// </summary>
/// <remarks>
/// value[r, j] = mean + training[r] + test set[j] + rest[r, j], the effects independent with variances of their own. The mean squares have
/// the expectations MSR = rest + J training, MSJ = rest + R test set, MSE = rest, from which the method of moments takes the components
/// (Searle, Casella and McCulloch 1992, section 4.3).
/// </remarks>
internal sealed record CrossedAnova
{
    /// <summary>Makes the analysis.</summary>
    /// <param name="values">[R, J]: trainings by test sets, at least one of each.</param>
    public CrossedAnova(double[,] values)
    {
        Trainings = values.GetLength(0);
        TestSets = values.GetLength(1);
        PerTraining = new double[Trainings];
        PerTestSet = new double[TestSets];
        foreach ((int r, int j) in Cells())
        {
            PerTraining[r] += values[r, j] / TestSets;
            PerTestSet[j] += values[r, j] / Trainings;
        }

        Mean = PerTraining.Average();
        TrainingSquare = TestSets * PerTraining.Sum(v => Square(v - Mean)) / (Trainings - 1);
        TestSetSquare = Trainings * PerTestSet.Sum(v => Square(v - Mean)) / (TestSets - 1);
        RestSquare =
            Cells().Sum(c => Square(values[c.R, c.J] - PerTraining[c.R] - PerTestSet[c.J] + Mean)) / ((Trainings - 1) * (TestSets - 1));
    }

    /// <summary>R.</summary>
    public int Trainings { get; }

    /// <summary>J.</summary>
    public int TestSets { get; }

    /// <summary>The mean of all cells.</summary>
    public double Mean { get; }

    /// <summary>Mean over test sets of each training, [R].</summary>
    public double[] PerTraining { get; }

    /// <summary>Mean over trainings of each test set, [J].</summary>
    public double[] PerTestSet { get; }

    /// <summary>MSR, with R - 1 degrees of freedom; NaN for one training.</summary>
    public double TrainingSquare { get; }

    /// <summary>MSJ, with J - 1 degrees of freedom; NaN for one test set.</summary>
    public double TestSetSquare { get; }

    /// <summary>MSE, with (R - 1) (J - 1) degrees of freedom; NaN for one of either.</summary>
    public double RestSquare { get; }

    /// <summary>
    /// Variance between trainings, as the moments have it: it may fall below 0. NaN for one training; of one test set the rest is in it.
    /// </summary>
    public double TrainingVariance => TestSets == 1 ? TrainingSquare : (TrainingSquare - RestSquare) / TestSets;

    /// <summary>Variance between test sets, as the moments have it.</summary>
    public double TestSetVariance => (TestSetSquare - RestSquare) / Trainings;

    private static double Square(double value) => value * value;

    private IEnumerable<(int R, int J)> Cells() =>
        from r in Enumerable.Range(0, Trainings)
        from j in Enumerable.Range(0, TestSets)
        select (r, j);
}
