namespace Reproduce.Reporting;

/// <summary>
/// One metric over the experiments of a suite: a row for each, a column for each contender, and what others have published.
/// </summary>
public static class SuiteTable
{
    /// <summary>Builds the table of one budget.</summary>
    /// <param name="measurements">The numbers of all experiments.</param>
    /// <param name="published">
    /// What others have published of them, each source's contenders by names that are not those of the experiments.
    /// </param>
    /// <param name="members">The experiments.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="budget">Training simulations.</param>
    /// <param name="label">What the table is called in an article.</param>
    /// <exception cref="ArgumentException">There are no experiments.</exception>
    public static ResultTable Build(
        MeasurementTable measurements,
        PublishedResults published,
        IReadOnlyList<SuiteMember> members,
        string metric,
        int budget,
        string label)
    {
        if (members.Count == 0)
        {
            throw new ArgumentException("members: expected at least one", nameof(members));
        }

        MetricStyle style = MetricStyle.Of(metric);
        string[] contenders = [.. members.SelectMany(m => m.Shown.Keys).Distinct()];
        string[] others =
        [
            .. published.Rows.Where(r => r.Metric == style.PublishedName && r.Budget == budget)
                .Where(r => members.Any(m => m.Experiment == r.Experiment)).Select(r => r.Contender).Distinct(),
        ];
        Summary[][] ours = [.. members.Select(m => contenders.Select(c => Of(measurements, m, c, metric, budget)).ToArray())];
        Summary[] all = [.. ours.SelectMany(row => row)];
        return new ResultTable
        {
            Title = $"{style.Heading}, {NumberText.Fixed(budget, 0)} simulations",
            Label = label,
            Caption = "Means over the observations of each task. Ours with the number of sampling steps in the heading.",
            PlusMinus = PlusMinusText.Of(all),
            Columns =
            [
                new TableColumn("task", "Task", "Task", Numeric: false),
                .. contenders.Select(c => Column(c, Heading(members, c), hasPlusMinus: true)),
                new TableColumn("reference", "Reference", "Reference", Numeric: true),
                .. others.Select(o => Column(o, o, hasPlusMinus: false)),
            ],
            Rows = [.. members.Select((m, i) => Row(measurements, published, m, ours[i], all, others, style, budget))],
        };
    }

    private static List<TableCell> Row(
        MeasurementTable measurements,
        PublishedResults published,
        SuiteMember member,
        Summary[] ours,
        Summary[] all,
        string[] others,
        MetricStyle style,
        int budget)
    {
        double[] means = [.. ours.Where(s => s.HasValue).Select(s => s.Mean)];
        Summary floor = measurements.Floor(member.Experiment, member.Variant, budget, style.Name);
        return
        [
            new TableCell { Text = member.Title },
            .. ours.Select(s => ResultTableBuilder.Cell(
                s, style, s.HasValue && style.IsBest(s.Mean, means), PlusMinusText.Mark(s, all))),
            floor.HasValue ? new TableCell { Text = style.Format(floor.Mean), Value = floor.Mean } : new TableCell(),
            .. others.Select(o => published.Rows.FirstOrDefault(r => r.Experiment == member.Experiment && r.Budget == budget
                && r.Contender == o && r.Metric == style.PublishedName) is PublishedResult known
                    ? new TableCell { Text = style.Format(style.Ours(known)), Value = style.Ours(known) }
                    : new TableCell()),
        ];
    }

    private static Summary Of(MeasurementTable measurements, SuiteMember member, string contender, string metric, int budget) =>
        member.Shown.TryGetValue(contender, out int steps)
            ? measurements.Summarise(new MeasurementKey(member.Experiment, member.Variant, new Setting(contender, budget, steps), metric))
            : Summary.NotMeasured;

    // Sampling steps of which an experiment has its own are not in the heading.
    private static string Heading(IReadOnlyList<SuiteMember> members, string contender)
    {
        int[] steps = [.. members.Where(m => m.Shown.ContainsKey(contender)).Select(m => m.Shown[contender]).Distinct()];
        ContenderStyles styles = members.First(m => m.Shown.ContainsKey(contender)).Styles;
        return steps.Length == 1 ? styles.Setting(contender, steps[0]) : styles.Of(contender).Label;
    }

    private static TableColumn Column(string name, string label, bool hasPlusMinus) =>
        new(name, label, LatexText.Escape(label), Numeric: true, hasPlusMinus);
}
