using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Reporting;

/// <summary>Tables and figures in an article: pdflatex takes them all without a complaint; left out where there is none.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
internal sealed class LatexTests
{
    private const double PixelsPerInch = 96;

    // "Data sets & 50 % of a_b", what a user may call an experiment.
    private const string Odd = "50 % of a_b & c#d: θ₁² ~ {x} ±";

    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void Find()
    {
        if (PdfLatex.Find() is null)
        {
            Assert.Ignore("There is no pdflatex here (Debian: texlive-latex-recommended).");
        }

        _folder = new TemporaryFolder();
    }

    [OneTimeTearDown]
    public void Remove() => _folder?.Dispose();

    [Test]
    public void EveryCommittedTableCompiles()
    {
        string[] tables = [.. Committed("*.tex")];

        Assert.That(tables, Has.Length.GreaterThan(10));
        Assert.That(PdfLatex.Compile(_folder.Path, "committed", string.Concat(tables.Select(t => $"\\input{{{t}}}\n"))), Is.Empty);
    }

    [Test]
    public void EveryCommittedFigureCompiles()
    {
        (string File, double Width)[] figures = [.. Committed("*.png").Select(f => (f, WidthOf(f)))];

        Assert.That(figures, Has.Length.GreaterThan(30));
        // A page takes two figures; LaTeX gives up ("100 dead cycles") where more than a hundred wait for one without text between them.
        IEnumerable<string> body = figures.Chunk(10).Select(c => string.Concat(c.Select(f => Include(f.File, f.Width))) + "\\clearpage\n");
        Assert.That(PdfLatex.Compile(_folder.Path, "figures", string.Concat(body)), Is.Empty);
    }

    [Test]
    public void ALongTableIsSplitByBudgetAndByPage()
    {
        ResultTable table = Synthetic("gmm", settings: 60);
        string latex = LatexTable.Write(table, "tab:gmm");
        string[] labels = [.. latex.Split('\n').Where(l => l.StartsWith(@"\label", StringComparison.Ordinal))];

        Assert.That(
            labels,
            Is.EqualTo(new[] { 512, 1024 }.SelectMany(b => new[] { $@"\label{{tab:gmm-{b}}}", $@"\label{{tab:gmm-{b}-2}}" }))
        );
    }

    [Test]
    public void TablesWithEveryKindOfCellCompileTogether()
    {
        ResultTable[] tables = [Synthetic("gmm", settings: 60), Synthetic("two_moons", settings: 3)];
        foreach (ResultTable table in tables)
        {
            table.Save(_folder.Path, table.Label);
        }

        string body = string.Concat(tables.Select(t => $"\\input{{{t.Label}}}\n"));
        Assert.That(PdfLatex.Compile(_folder.Path, "synthetic", body), Is.Empty);
    }

    [Test]
    public void VectorFiguresCompile()
    {
        Figure[] figures =
        [
            SyntheticFigures.Grid(), SyntheticFigures.Ecdf(), SyntheticFigures.Ranks(), SyntheticFigures.Recovery(),
            SyntheticFigures.Loss(),
        ];
        string body = string.Concat(
            figures.Select((f, i) => Include(f.Save(_folder.Path, $"figure{i}").Pdf, f.Width / PixelsPerInch, LatexText.Escape(f.Caption)))
        );

        Assert.That(PdfLatex.Compile(_folder.Path, "vector", body), Is.Empty);
    }

    [Test]
    public void WhatIsWrongIsFound()
    {
        string[] broken =
        [
            .. PdfLatex.Compile(_folder.Path, "formula", @"\begin{tabular}{r}$-0.0003 $\pm$ 0.0003$\end{tabular}"),
            .. PdfLatex.Compile(_folder.Path, "wide", @"\noindent\rule{8in}{1pt}"),
            .. PdfLatex.Compile(_folder.Path, "high", @"\begin{table*}\rule{1in}{11in}\caption{A\label{a}}\end{table*}"),
            .. PdfLatex.Compile(_folder.Path, "labels", @"\section{A}\label{a}\section{B}\label{a}"),
        ];

        Assert.That(
            string.Join('\n', broken),
            Does.Contain("Missing $ inserted").And.Contain("Overfull").And.Contain("too large").And.Contain("multiply defined")
        );
    }

    private static IEnumerable<string> Committed(string pattern)
    {
        string results = Path.Combine(Repository.Root, "results");
        string[] bulk = ["cache", "scratch"];
        return Directory.EnumerateFiles(results, pattern, SearchOption.AllDirectories)
            .Where(f => !bulk.Contains(Path.GetRelativePath(results, f).Split(Path.DirectorySeparatorChar)[0]))
            .Select(f => f.Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
    }

    // At its nominal size, or as large as a page has room for.
    private static string Include(string file, double inches, string caption = "A figure.") => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"\\begin{{figure*}}\\centering\\includegraphics[width={Math.Min(inches, 6.75):F3}in,height=8in,keepaspectratio]"
        + $"{{{file.Replace('\\', '/')}}}"
            + $"\\caption{{{caption}}}\\end{{figure*}}\n"
    );

    // A PNG says its width in pixels behind its signature, the length and the name of the first chunk; two make one of the figure's.
    private static double WidthOf(string png)
    {
        using BinaryReader reader = new(File.OpenRead(png));
        reader.BaseStream.Position = 16;
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(reader.ReadBytes(4)) / (2 * PixelsPerInch);
    }

    private static ResultTable Synthetic(string name, int settings) => new()
    {
        Title = Odd,
        Label = name,
        Caption = "100 test sets; “MMD²” × 1000 — with † and \\backslash^2.",
        Columns =
        [
            new("budget", "Budget", "Budget", true),
            new("contender", "Contender", "Contender", false),
            new("steps", "Steps", "Steps", true),
            .. Enumerable.Range(0, 9).Select(i => new TableColumn(
                $"m{i}", "C2ST, steps figure of the newer version", "C2ST, steps figure of the newer version", true, HasPlusMinus: true)),
        ],
        Rows =
        [
            [
                new(), new() { Text = "Floor: a second, independent draw of the reference posterior" },
                .. Enumerable.Repeat(new TableCell(), 10),
            ],
            .. from budget in new[] { 512, 1024 }
               from i in Enumerable.Range(0, settings)
               select Row(budget, i),
        ],
    };

    private static TableCell[] Row(int budget, int setting) =>
    [
        new() { Text = $"{budget}" },
        new() { Text = setting % 30 == 0 ? Odd : "CMPE (a_b & c)" },
        new() { Text = $"{setting + 1}" },
        .. Enumerable.Range(0, 9).Select(m => (m % 3) switch
        {
            0 => new TableCell { Text = "-0.0003 ± 0.0003†", Value = -0.0003, PlusMinus = 0.0003, Best = setting == 1 },
            1 => new TableCell { Text = "+0.012", Value = 0.012, Hole = setting == 2 ? "1 of 2 failed: a_b & 3 %" : null },
            _ => new TableCell { Hole = setting > 50 ? "not measured" : null },
        }),
    ];
}
