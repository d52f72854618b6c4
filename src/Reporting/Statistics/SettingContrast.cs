namespace Reproduce.Reporting;

/// <summary>
/// Makes the terms of a contrast from a table: the values of a setting, and what the table says elsewhere of the spread between trainings.
/// </summary>
internal static class SettingContrast
{
    // The standard deviation of the largest calibration error over draws of J test sets is this over the root of J. Found by simulation for
    // 2 and 7 parameters: 0.16 for exact posteriors, 0.10 to 0.33 for ones that are too narrow, too wide or shifted.
    private const double CalibrationDeviation = 0.25;

    // The same of a single parameter, which no other steadies: 0.15 for exact posteriors, 0.25 to 0.42 for ones that are too narrow, too
    // wide or shifted. A difference of such ones must not look certain by chance.
    private const double ParameterDeviation = 0.37;

    // The same of a distance between distribution functions (TARP): the standard deviation of Kolmogorov's distribution.
    private const double CoverageDeviation = 0.26;

    /// <summary>The term of a setting, of weight 1; its values are empty when nothing was measured.</summary>
    /// <param name="table">The results.</param>
    /// <param name="key">What is averaged.</param>
    /// <param name="styles">How the contender is shown, for the words that say where a spread comes from.</param>
    public static ContrastTerm Term(MeasurementTable table, MeasurementKey key, ContenderStyles styles)
    {
        ReplicatedValues values = Values(table, key);
        Dictionary<int, ReplicatedValues> others = values.Replicates.Count == 0 ? [] : OtherBudgets(table, key, values.Mean);
        ContrastTerm term = new()
        {
            Budget = key.Setting.Budget,
            Values = values,
            OtherBudgets = others,
        };
        return values.Replicates.Count == 1
            ? term with
            {
                Elsewhere = Nearest(table, key, values.Mean, styles) ?? Repeated(term, key),
            }
            : term;
    }

    private static ReplicatedValues Values(MeasurementTable table, MeasurementKey key, double? mean = null)
    {
        IReadOnlyList<Measurement> rows = table.Of(key);
        ReplicatedValues values = new(rows) { TestSetDeviation = TestSetDeviation(table, key) };
        // Times of other settings are longer or shorter: their scatter is in proportion.
        return mean is double own && IsTime(key.Metric) && values.Replicates.Count > 0 && values.Mean > 0
            ? new ReplicatedValues(rows) { Scale = own / values.Mean, TestSetDeviation = 0 }
            : values;
    }

    // How many test sets a calibration error was taken over stands in the rows of the metrics that have a value for each.
    private static double? TestSetDeviation(MeasurementTable table, MeasurementKey key)
    {
        double? ofOne =
            key.Metric == MetricStyle.MaxEce ? CalibrationDeviation
            : MetricStyle.IsParameterEce(key.Metric) ? ParameterDeviation
            : key.Metric == MetricStyle.Tarp ? CoverageDeviation
            : null;
        if (ofOne is null)
        {
            return IsTime(key.Metric) ? 0 : null;
        }

        int testSets = table.Of(key with { Metric = MetricStyle.Rmse }).Select(r => r.DataSet).Distinct().Count();
        return testSets > 0 ? ofOne / Math.Sqrt(testSets) : null;
    }

    private static bool IsTime(string metric) => MetricStyle.Of(metric).Unit == "s";

    private static Dictionary<int, ReplicatedValues> OtherBudgets(MeasurementTable table, MeasurementKey key, double mean) => table
        .SettingsLike(key)
        .Where(s => s.Steps == key.Setting.Steps && s.Budget != key.Setting.Budget)
        .Select(s => (s.Budget, Values: Values(table, key with { Setting = s }, mean)))
        .Where(p => p.Values.Replicates.Count > 0)
        .ToDictionary(p => p.Budget, p => p.Values);

    // Same networks first, nearest number of steps; then the nearest budget. Of two equally near the lower, so that no rounding decides.
    private static TrainingSpread? Nearest(MeasurementTable table, MeasurementKey key, double mean, ContenderStyles styles)
    {
        Setting own = key.Setting;
        foreach (Setting near in table.SettingsLike(key).Where(s => s != own)
            .OrderBy(s => Distance(s.Budget, own.Budget)).ThenBy(s => Distance(s.Steps, own.Steps))
            .ThenBy(s => s.Budget).ThenBy(s => s.Steps))
        {
            MeasurementKey other = key with { Setting = near };
            ReplicatedValues values = Values(table, other, mean);
            int[] testSets = ReplicatedValues.CommonTestSets([values]);
            if (values.Replicates.Count > 1 && testSets.Length > 0)
            {
                ContrastTerm term = new() { Budget = near.Budget, Values = values, OtherBudgets = OtherBudgets(table, other, mean) };
                string budget = near.Budget == own.Budget ? "" : $" at {NumberText.Fixed(near.Budget, 0)}";
                return TrainingSpread.Of([term], testSets) with { Source = styles.Setting(near.Contender, near.Steps) + budget };
            }
        }

        return null;
    }

    // The time for a draw does not depend on the training set: other budgets time the same network again.
    private static TrainingSpread? Repeated(ContrastTerm term, MeasurementKey key)
    {
        if (!IsTime(key.Metric) || term.OtherBudgets.Count == 0)
        {
            return null;
        }

        double[] times = [.. term.OtherBudgets.Values.Select(v => v.Mean / v.Scale).Append(term.Values.Mean)];
        double relative = times.Sum(t => Math.Pow((t / times.Average()) - 1, 2)) / (times.Length - 1);
        return new TrainingSpread(relative * Math.Pow(term.Values.Mean, 2), times.Length - 1, "the other budgets");
    }

    // How many times the one is the other: 512 and 2048 are equally far from 1024.
    private static double Distance(int a, int b) => (double)Math.Max(1, Math.Max(a, b)) / Math.Max(1, Math.Min(a, b));
}
