using System.Globalization;
using System.Text;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Report;

/// <summary>The page of a suite, from the measurements that its experiments have left; what was not run is a hole in its tables.</summary>
internal static class SuitePage
{
    private const string Measure = MetricStyle.C2st;

    /// <summary>Writes report.md with its tables and figures.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="members">Its experiments with the folders of their results and the variants that were run.</param>
    /// <param name="published">What others have reported.</param>
    /// <param name="folder">The page's folder.</param>
    public static void Write(
        SuiteSettings suite,
        IReadOnlyList<(Experiment Experiment, string Variant, string Folder)> members,
        PublishedResults published,
        string folder)
    {
        MeasurementTable measurements = new(members.Select(m => MeasurementFile.Find(m.Folder)).OfType<string>()
            .SelectMany(file => MeasurementTable.Read(file).Rows));
        SuiteMember[] shown = [.. members.Select(m => new SuiteMember(
            m.Experiment.Name,
            m.Experiment.Title,
            m.Variant,
            ReportStyles.Of(m.Experiment),
            m.Experiment.Contenders.ToDictionary(c => c.Key, c => c.Value.ShownSteps)))];
        StringBuilder page = new($"# {suite.Title}\n\n");
        page.Append(suite.Description.Length > 0 ? $"{suite.Description}\n\n" : "");
        HashSet<int> measured = [.. measurements.Rows.Select(r => r.Budget)];
        foreach (int budget in members.SelectMany(m => m.Experiment.Simulations.Budgets).Distinct().Order().Where(measured.Contains))
        {
            string number = budget.ToString(CultureInfo.InvariantCulture);
            ResultTable table = SuiteTable.Build(measurements, published, shown, Measure, budget, $"{suite.Name}-{number}");
            table.Save(folder, $"{Measure}_{number}");
            page.Append(MarkdownTable.Write(table)).Append('\n');
            Figure? figure = Steps(measurements, shown, budget);
            if (figure is not null)
            {
                string name = $"{Measure}_vs_steps_{number}";
                figure.Save(Path.Combine(folder, ReportStage.FiguresFolder), name);
                string path = $"{ReportStage.FiguresFolder}/{name}.png";
                page.Append(CultureInfo.InvariantCulture, $"![{figure.Title}]({path})\n\n{figure.Caption}\n\n");
            }
        }

        page.Append("## Reports of the experiments\n\n");
        foreach ((Experiment experiment, _, string results) in members)
        {
            string link = Path.GetRelativePath(folder, Path.Combine(results, ReportStage.ReportFile)).Replace('\\', '/');
            bool isThere = MeasurementFile.Find(results) is not null;
            string item = isThere ? $"[{experiment.Title}]({link})" : $"{experiment.Title}: not run";
            page.Append(CultureInfo.InvariantCulture, $"- {item}\n");
        }

        WholeFile.WriteText(Path.Combine(folder, ReportStage.ReportFile), page.ToString());
    }

    // Null where no experiment has been run at the budget.
    private static Figure? Steps(MeasurementTable measurements, SuiteMember[] members, int budget)
    {
        QualityPanel[] panels =
        [
            .. members.Where(m => measurements.Settings(m.Experiment, m.Variant).Any(s => s.Budget == budget)).Select(m => new QualityPanel
            {
                Experiment = m.Experiment,
                Title = m.Title,
                Variant = m.Variant,
                Styles = m.Styles,
                Budget = budget,
                Metric = Measure,
            }),
        ];
        return panels.Length == 0 ? null : QualityFigures.AgainstSteps(measurements, PublishedResults.None, panels);
    }
}
