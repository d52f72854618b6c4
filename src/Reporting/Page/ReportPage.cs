using System.Text;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>The page of an experiment: what was run, tables, figures, claims, how to read it, what is missing.</summary>
public sealed record ReportPage
{
    /// <summary>Title of the page, such as "Experiment 1: Gaussian mixture".</summary>
    public required string Title { get; init; }

    /// <summary>One or two sentences on the experiment.</summary>
    public required string Introduction { get; init; }

    /// <summary>What was run: name and value of each fact, such as ("Machine", "2 cores, no GPU").</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>The tables; their files are written by <see cref="ResultTable.Save"/>.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>The figures; their files are written by <see cref="Figure.Save"/>.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>Base name of the figure that says most, which stands beside the verdicts; null for none.</summary>
    public string? Headline { get; init; }

    /// <summary>Figures of an earlier page whose files are there already; shown behind the others.</summary>
    public IReadOnlyList<FigureEntry> Kept { get; init; } = [];

    /// <summary>Whether numbers were measured after the kept figures were drawn.</summary>
    public bool IsGrown { get; init; }

    /// <summary>The claims, decided; of several variants when several were run.</summary>
    public IReadOnlyList<ClaimFinding> Findings { get; init; } = [];

    /// <summary>How kinds of contenders are shown; not needed without <see cref="Disagreements"/>.</summary>
    public ContenderStyles Styles { get; init; } = ContenderStyles.None;

    /// <summary>Pairs of published numbers of one quantity that differ by more than both could be misread.</summary>
    public IReadOnlyList<(PublishedResult First, PublishedResult Second)> Disagreements { get; init; } = [];

    /// <summary>What else is missing, beside the holes of the tables and the claims that could not be decided.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Folder of tables and figures relative to the page, with forward slashes; empty for the same folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Writes tables, figures and report.md into a folder.</summary>
    public void Save(string folder)
    {
        string files = Path.Combine(folder, Folder);
        foreach (ReportTable table in Tables)
        {
            table.Table.Save(files, table.Name);
        }

        foreach (ReportFigure figure in Figures)
        {
            figure.Figure.Save(files, figure.Name);
        }

        Directory.CreateDirectory(files);
        FigureIndex.Write([.. Entries()], Path.Combine(files, FigureIndex.FileName));
        FileSizeLimit.WriteText(Path.Combine(folder, "report.md"), Compose());
    }

    /// <summary>
    /// The page as Markdown that ends with a line end: verdicts, the figure that says most, claims, tables, figures, how it was made.
    /// </summary>
    public string Compose()
    {
        StringBuilder text = new StringBuilder().Append("# ").Append(Title).Append("\n\n").Append(Introduction).Append("\n\n");
        AppendVerdicts(text);
        AppendFigures(text, Entries().Where(f => f.Name == Headline));
        AppendClaims(text);
        AppendTables(text);
        FigureEntry[] others = [.. Entries().Where(f => f.Name != Headline)];
        if (others.Length > 0)
        {
            text.Append("## Figures\n\n");
            AppendFigures(text, others);
        }

        AppendDisagreements(text);
        WhatWasRun(text);
        HowToRead(text);
        AppendMissing(text);
        return text.ToString();
    }

    private void AppendVerdicts(StringBuilder text)
    {
        if (Findings.Count > 0)
        {
            text.Append("Claims of the paper: ").Append(Findings.Tally()).Append(".\n\n");
        }
    }

    private void WhatWasRun(StringBuilder text)
    {
        text.Append("## What was run\n\n");
        string[][] rows = [.. Facts.Select(f => new[] { MarkdownTable.Escape(f.Name), MarkdownTable.Escape(f.Value) })];
        text.Append(MarkdownTable.PipeTable(["", ""], [false, false], rows)).Append('\n');
    }

    private void AppendTables(StringBuilder text)
    {
        if (Tables.Count > 0)
        {
            text.Append("## Results\n\n");
        }

        foreach (ReportTable table in Tables)
        {
            text.Append(MarkdownTable.Write(table.Table))
                .Append("\nAlso as [CSV](")
                .Append(Link(table.Name))
                .Append(".csv) and [LaTeX](")
                .Append(Link(table.Name))
                .Append(".tex).\n\n");
        }
    }

    /// <summary>The figures of the page, those of an earlier page last.</summary>
    public IEnumerable<FigureEntry> Entries() =>
        Figures.Select(f => new FigureEntry(f.Name, f.Figure.Title, f.Figure.Caption, f.Figure.Width, f.FromTable)).Concat(Kept);

    private void AppendFigures(StringBuilder text, IEnumerable<FigureEntry> figures)
    {
        foreach (FigureEntry figure in figures)
        {
            // Half of the pixels: the PNG holds two for each of the nominal size.
            text.Append("<img src=\"")
                .Append(Link(figure.Name))
                .Append(".png\" width=\"")
                .Append(figure.Width)
                .Append("\" alt=\"")
                .Append(figure.Title)
                .Append("\">\n\n");
            // Its vector twins stay where the run was: only the PNG is committed.
            text.Append(figure.Caption)
                .Append(Kept.Contains(figure) && IsGrown ? " (Drawn by an earlier run: numbers measured since are not in it.)" : "")
                .Append("\n\n");
        }
    }

    private void AppendClaims(StringBuilder text)
    {
        if (Findings.Count == 0)
        {
            return;
        }

        text.Append("## Claims of the paper\n\n");
        bool variants = Findings.Select(f => f.Variant).Distinct().Count() > 1;
        bool limits = Findings.Any(f => f.Claim.OurLimits.Length > 0);
        string[] headings =
        [
            "Claim",
            "Where",
            .. variants ? ["Variant"] : Array.Empty<string>(),
            "Verdict",
            "Our numbers",
            "The paper's numbers",
            .. limits ? ["Our limits"] : Array.Empty<string>(),
        ];
        string[][] rows = [.. Findings.Select(f => Row(f, variants, limits))];
        text.Append(MarkdownTable.PipeTable(headings, [.. headings.Select(_ => false)], rows)).Append('\n');
    }

    private static string[] Row(ClaimFinding f, bool variants, bool limits)
    {
        string verdict = $"**{f.Verdict.ToWords()}**{(f.OneTraining ? " (one training)" : "")}";
        string[] cells =
        [
            f.Claim.Text,
            f.Claim.Source,
            .. variants ? [f.Variant] : Array.Empty<string>(),
            verdict,
            f.Numbers,
            f.Published,
            .. limits ? [f.Claim.OurLimits] : Array.Empty<string>(),
        ];
        return [.. cells.Select(c => c == verdict ? c : MarkdownTable.Escape(c))];
    }

    private void AppendDisagreements(StringBuilder text)
    {
        if (Disagreements.Count == 0)
        {
            return;
        }

        text.Append(
            "## Where the paper's own numbers disagree\n\nTwo of its figures give numbers of the same quantity that differ by more than "
                + "both could be misread.\n\n"
        );
        string[][] rows =
        [
            .. Disagreements.Select(d =>
                new[]
                {
                    Styles.OfKind(d.First.Contender).Setting(d.First.Steps),
                    d.First.Budget is int budget ? NumberText.Fixed(budget, 0) : "",
                    MarkdownTable.Escape(d.First.Metric),
                    $"{NumberText.RoundTrip(d.First.Value)} ± {NumberText.RoundTrip(d.First.ReadingError)} ({d.First.SourceName})",
                    $"{NumberText.RoundTrip(d.Second.Value)} ± {NumberText.RoundTrip(d.Second.ReadingError)} ({d.Second.SourceName})",
                    NumberText.Signed(d.Second.Value - d.First.Value, 3),
                }
            ),
        ];
        text.Append(
                MarkdownTable.PipeTable(
                    ["Setting", "Budget", "Metric", "One figure", "The other", "Difference"],
                    [false, true, false, false, false, true],
                    rows
                )
            )
            .Append('\n');
    }

    private void HowToRead(StringBuilder text) => text.Append("## How to read this\n\n").Append(Guide()).Append('\n');

    /// <summary>
    /// How to read the page, Markdown. What is explained is what is shown: without a reference posterior there is no C2ST and no floor.
    /// </summary>
    public string Guide()
    {
        StringBuilder text = new();
        MetricStyle[] shown = [.. MetricStyle.All.Where(m => Tables.Any(t => t.Table.Columns.Any(c => c.Name == m.Name)))];
        foreach (string note in shown.Select(m => m.Note).OfType<string>())
        {
            text.Append("- ").Append(note).Append('\n');
        }

        if (shown.Any(m => m.IsDistance))
        {
            text.Append("- The **floor** scores a second, independent draw of the reference posterior against the reference: ")
                .Append("no method can be expected to do better.\n");
        }

        text.Append(
            """
            - **±** is half the width of the 95 % interval of a mean or a difference over another draw of test sets and another set of
              trainings (training set, initial weights and batches all new); all trainings are scored on the same test sets. Student's t
              with the variances of test sets and trainings taken apart and Satterthwaite's degrees of freedom. The spread between
              trainings is the larger of what these trainings show and what the same comparison shows over all budgets; of a setting with
              one training it is that of the same contender's nearest setting with several.
            - A claim is *reproduced* when the whole interval lies on the claimed side, *contradicted* when the whole interval lies on the
              other, *undecided* when it spans both or when nothing says how far the numbers scatter. *One training* says that some side
              was trained once and no setting tells its spread between trainings: the interval is over test sets only, and another
              training may turn the verdict. Where one of several comparisons is enough for a verdict, each has the wider interval that
              all of them need (Bonferroni).
            - A calibration error is one number for all test sets: its scatter over test sets is taken as 0.25 over the root of their
              number (exact posteriors have 0.16, wrong ones up to 0.33). A time does not depend on the training set: where a contender
              was timed once for each budget, these are its repetitions.
            - **Steps** are network passes for a draw. Times are for 1000 draws of one test set, every contender batched alike, on the
              machine named above; only their ratios carry over to other machines.
            - The paper's numbers are exact where it prints them and digitised (± 0.003 to 0.005) where it draws them.

            """.ReplaceLineEndings("\n")
        );
        return text.ToString();
    }

    private void AppendMissing(StringBuilder text)
    {
        text.Append("## What is missing\n\n");
        string[] missing =
        [
            .. Tables.SelectMany(t => t.Table.Holes()),
            .. Findings.Where(f => f.Verdict == Verdict.NotMeasured).Select(f => $"claim '{f.Claim.Id}' ({f.Variant}): {f.Numbers}"),
            .. Missing,
        ];
        text.Append(missing.Length == 0 ? "Nothing: every planned number was measured.\n" : "");
        foreach (string hole in missing)
        {
            text.Append("- ").Append(MarkdownTable.Escape(hole)).Append('\n');
        }
    }

    private string Link(string name) => Folder.Length == 0 ? name : $"{Folder}/{name}";
}
