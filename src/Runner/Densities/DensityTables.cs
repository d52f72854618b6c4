using System.Globalization;
using System.Text;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Pipeline;
using TableCell = Reproduce.Reporting.TableCell;
using TableColumn = Reproduce.Reporting.TableColumn;

namespace Reproduce.Runner.Densities;

/// <summary>The two tables of the verb <c>density</c> and the page that shows them.</summary>
public static class DensityTables
{
    private static readonly TableColumn s_contender = new("contender", "Contender", "Contender", false);

    // Filled by Row behind the contender's name.
    private static readonly TableColumn[] s_importance =
    [
        Numbers("ess_per_draw", "ESS per draw"),
        new TableColumn("ess_per_draw_lowest", "lowest of the sets", "lowest of the sets", true),
        Numbers("c2st", "C2ST"),
        Numbers("c2st_corrected", "C2ST, corrected"),
        Numbers("distinct", "different draws"),
        Numbers("log_evidence_error", "error of log p(x)"),
        new TableColumn("log_evidence_rms", "its root mean square", "its root mean square", true),
        new TableColumn("log_evidence_predicted", "as predicted", "as predicted", true),
    ];

    /// <summary>What importance sampling gives, a row for each contender.</summary>
    /// <param name="plan">The measurement.</param>
    /// <param name="results">The arrays of each job, or why there are none.</param>
    public static ResultTable Importance(
        DensityPlan plan,
        IReadOnlyList<(DensityJob Job, Dictionary<string, double[]>? Arrays, string? Failure)> results
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(results);
        Configuration.Experiment experiment = plan.Run.Experiment;
        return new ResultTable
        {
            Title = $"{experiment.Title}: importance sampling with each contender as the proposal",
            Label = $"{experiment.Name}-densities",
            Caption = string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.Settings.DataSets} test sets, {plan.Run.ShownBudget} training simulations; "
                    + $"{experiment.Test.Draws * plan.Settings.Proposals} weighted draws for each set, of which C2ST sees "
                    + $"{experiment.Test.Draws}: the first ones, or as many resampled by weight."
            ),
            Columns = [s_contender, .. s_importance],
            Rows = [.. results.Select(r => Row(ReportStyles.Of(plan.Run.Experiment), r.Job, r.Arrays, r.Failure))],
        };
    }

    /// <summary>Consistency models with several steps: the density through the chain of latents.</summary>
    /// <param name="plan">The measurement.</param>
    /// <param name="results">The arrays of each chain, or why there are none.</param>
    public static ResultTable Chains(
        DensityPlan plan,
        IReadOnlyList<(DensityJob Job, Dictionary<string, double[]>? Arrays, string? Failure)> results
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(results);
        return new ResultTable
        {
            Title = "The density of several steps (Eq. 10)",
            Label = $"{plan.Run.Experiment.Name}-densities-chain",
            Caption =
                $"The same test sets and numbers of draws; log q averages {plan.Settings.ChainPaths} paths for each draw unless it says "
                    + $"one path.",
            Columns =
            [
                new TableColumn("setting", "Contender", "Contender", false),
                Numbers("log_q_deviation", "sd of log q over paths"),
                Numbers("ess_per_draw_one_path", "ESS per draw, one path"),
                .. s_importance,
            ],
            Rows = [.. results.Select(r => ChainRow(ReportStyles.Of(plan.Run.Experiment), r.Job, r.Arrays, r.Failure))],
        };
    }

    /// <summary>The paper's Table 1 with measured entries.</summary>
    /// <param name="plan">The jobs.</param>
    /// <param name="traits">What was measured on each contender, and its sampling steps.</param>
    public static ResultTable Capabilities(DensityPlan plan, IReadOnlyList<(string Contender, int Steps, ContenderTraits Traits)> traits)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(traits);
        ContenderStyles styles = ReportStyles.Of(plan.Run.Experiment);
        return new ResultTable
        {
            Title = "Table 1 of the paper, measured",
            Label = $"{plan.Run.Experiment.Name}-table1",
            Caption = "",
            Columns =
            [
                new TableColumn("setting", "Contender", "Contender", false),
                new TableColumn("density", "Density", "Density", false),
                new TableColumn("method", "by", "by", false),
                new TableColumn("unconstrained", "Network unconstrained", "Network unconstrained", false),
                new TableColumn("passes_per_draw", "Passes per draw", "Passes per draw", true),
                new TableColumn("passes_per_weighted_draw", "with density", "with density", true),
                new TableColumn("disagreement", "two ways to log q differ by", "two ways to log q differ by", true),
            ],
            Rows =
            [
                .. traits.Select(t =>
                    new TableCell[]
                    {
                        new() { Text = styles.Setting(t.Contender, t.Steps) },
                        new() { Text = DensityOf(t.Traits.Method) },
                        new() { Text = MethodOf(t.Traits.Method) },
                        new() { Text = t.Traits.Unconstrained ? "yes" : "no" },
                        Whole(t.Traits.PassesPerDraw),
                        t.Traits.PassesPerWeightedDraw > 0 ? Whole(t.Traits.PassesPerWeightedDraw) : new TableCell(),
                        t.Traits.Disagreement is double d
                            ? new() { Text = d.ToString("0.0e0", CultureInfo.InvariantCulture), Value = d }
                            : new TableCell(),
                    }
                ),
            ],
        };
    }

    /// <summary>The page for a reader.</summary>
    /// <param name="importance">From <see cref="Importance"/>.</param>
    /// <param name="chains">From <see cref="Chains"/>.</param>
    /// <param name="capabilities">From <see cref="Capabilities"/>.</param>
    public static string Page(ResultTable importance, ResultTable chains, ResultTable capabilities)
    {
        ArgumentNullException.ThrowIfNull(chains);
        ArgumentNullException.ThrowIfNull(importance);
        ArgumentNullException.ThrowIfNull(capabilities);
        StringBuilder text = new();
        AppendTable(text, "# ", importance).Append("""
             Mean ± standard error over test sets.

            Each draw theta gets the weight p(theta) p(x | theta) / q(theta | x). **ESS per draw** is (sum w)² / (S sum w²): the worth of
            a draw in draws from the exact posterior. **C2ST, corrected** scores draws that were resampled by weight; a draw that is
            taken several times is a hint to the classifier, so the share of **different draws** stands beside it. **Error of log p(x)**
            is the logarithm of the mean weight minus the exact value (closed form for the mixture, quadrature for two moons); below it
            the root of its mean square over test sets, which should be as large as the weights' spread predicts. A larger error, or a
            mean far from zero, says that q misses a part of the posterior, or that draws and density do not belong together. That can
            happen to CMPE and ECT: Eq. 9 holds where the one-step map is one-to-one, and where it folds, the true density is the sum over
            all latents that lead to a parameter, so that Eq. 9 is too low and the weight too large.

            FMPE and NPSE draw here by a Runge-Kutta method with 32 intervals that carries the density along, CMPE and ECT with one step, so
            their C2ST is not that of the main table.


            """.ReplaceLineEndings("\n"));
        if (chains.Rows.Count > 0)
        {
            AppendTable(text, "## ", chains).Append("""


                The noisy latents u_1, ..., u_K of a draw are a Markov chain. A spline flow r(u_{k-1} | u_k, x) is trained on execution
                paths of the trained model, and log q follows from forward over backward conditionals along a path. It is the same for
                every path only if r is exact: **sd of log q over paths** is the spread for one draw, and every nat of it costs
                effective draws. Whatever r is, the weights have the right mean as long as f(., t_K) is one-to-one, so a failure shows as a
                small effective sample, and an **error of log p(x)** far above the prediction says that even the spread of the weights
                was not seen. Above a spread of about one, log q of a single draw should not be used.


                """.ReplaceLineEndings("\n"));
        }

        text.Append("## ").Append(capabilities.Title).Append("\n\n").Append(MarkdownTable.Grid(capabilities)).Append("""

            Asked of the trained estimators: what they can do from the interfaces that they implement, whether a free-form network is
            inside and nothing that has to be invertible, and the passes by counting the calls of the network for one batch of draws
            (backward passes for Jacobians come on top). The last column compares log q as it came with a draw and as evaluated
            afterwards at the same parameter, where an estimator can do both: median over 100 draws.

            """.ReplaceLineEndings("\n"));
        return text.ToString();
    }

    // Title, grid, notes and caption.
    private static StringBuilder AppendTable(StringBuilder text, string heading, ResultTable table)
    {
        text.Append(heading).Append(table.Title).Append("\n\n").Append(MarkdownTable.Grid(table)).Append('\n');
        for (int i = 0; i < table.Notes.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"- [{i + 1}] {table.Notes[i]}\n");
        }

        return text.Append(table.Notes.Count > 0 ? "\n" : "").Append(table.Caption);
    }

    private static TableCell[] Row(ContenderStyles styles, DensityJob job, Dictionary<string, double[]>? arrays, string? failure)
    {
        TableCell name = new() { Text = styles.Of(job.Contender).Label };
        if (arrays is null)
        {
            return [name, .. Enumerable.Repeat(new TableCell { Hole = failure ?? "not measured" }, s_importance.Length)];
        }

        if (job.Train is null)
        {
            return [name, new(), new(), Mean(arrays, DensityJob.Plain, 3), new(), new(), new(), new(), new()];
        }

        double[] errors = arrays[DensityJob.EvidenceError];
        double rms = Math.Sqrt(errors.Average(e => e * e));
        double predicted = Math.Sqrt(arrays[DensityJob.PredictedError].Average(e => e * e));
        return
        [
            name,
            Mean(arrays, DensityJob.EffectiveShare, 3),
            Single(arrays[DensityJob.EffectiveShare].Min(), 3),
            Mean(arrays, DensityJob.Plain, 3),
            Mean(arrays, DensityJob.Corrected, 3),
            Mean(arrays, DensityJob.Distinct, 3),
            Mean(arrays, DensityJob.EvidenceError, 4),
            Single(rms, 4),
            Single(predicted, 4),
        ];
    }

    private static TableCell[] ChainRow(ContenderStyles styles, DensityJob job, Dictionary<string, double[]>? arrays, string? failure)
    {
        TableCell[] common = Row(styles, job, arrays, failure);
        TableCell name = new() { Text = styles.Setting(job.Contender, job.ChainSteps!.Value) };
        return arrays is null
            ? [name, .. common[1..], .. common[1..3]]
            : [name, Mean(arrays, DensityJob.Spread, 2), Mean(arrays, DensityJob.OnePathShare, 3), .. common[1..]];
    }

    private static TableCell Mean(Dictionary<string, double[]> arrays, string name, int decimals)
    {
        if (!arrays.TryGetValue(name, out double[]? values) || !values.All(double.IsFinite))
        {
            return new TableCell { Hole = "for some test set no draw had a positive weight" };
        }

        double mean = values.Average();
        double? error = SampleStatistics.StandardError(values);
        return new TableCell
        {
            Text = NumberText.Fixed(mean, decimals) + (error is double e ? $" ± {NumberText.Fixed(e, decimals)}" : ""),
            Value = mean,
            PlusMinus = error,
        };
    }

    private static TableCell Single(double value, int decimals) => double.IsFinite(value)
        ? new() { Text = NumberText.Fixed(value, decimals), Value = value }
        : new() { Hole = "for some test set no draw had a positive weight" };

    private static TableCell Whole(long value) => new() { Text = value.ToString(CultureInfo.InvariantCulture), Value = value };

    private static TableColumn Numbers(string name, string label) => new(name, label, label, true, HasPlusMinus: true);

    private static string DensityOf(DensityMethod method) => method switch
    {
        DensityMethod.None => "no",
        DensityMethod.JacobianAtDraws => "at its one-step draws",
        _ => "yes",
    };

    private static string MethodOf(DensityMethod method) => method switch
    {
        DensityMethod.InvertibleNetwork => "change of variables through the network",
        DensityMethod.IntegratedDivergence => "integral of the divergence",
        DensityMethod.JacobianAtDraws => "Jacobian of the consistency function (Eq. 9)",
        _ => "",
    };
}
