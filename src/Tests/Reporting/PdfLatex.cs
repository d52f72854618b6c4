using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Reproduce.Tests.Reporting;

/// <summary>An installed pdflatex, as the author of an article runs it.</summary>
internal static partial class PdfLatex
{
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => new[] { "pdflatex", "pdflatex.exe" }.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    /// <summary>Compiles a document of two columns, as wide as an article's, twice: labels are known the second time.</summary>
    /// <returns>What the log complains of, a line each; empty when all is well.</returns>
    public static string[] Compile(string folder, string name, string body)
    {
        string document = $$"""
            \documentclass[twocolumn]{article}
            \usepackage{booktabs,graphicx}
            \setlength{\textwidth}{6.75in}\setlength{\columnsep}{.25in}\setlength{\columnwidth}{3.25in}
            \setlength{\textheight}{9.25in}\setlength{\oddsidemargin}{-.125in}\setlength{\topmargin}{-.6in}
            \extrafloats{200}
            \begin{document}
            {{body}}
            \end{document}

            """;
        File.WriteAllText(Path.Combine(folder, name + ".tex"), document);
        int code = 0;
        for (int run = 0; run < 2; run++)
        {
            ProcessStartInfo start = new(Find()!) { WorkingDirectory = folder, RedirectStandardOutput = true };
            // Lines of the log are not wrapped.
            start.Environment["max_print_line"] = "10000";
            // Without pictures the first time: it is for the labels.
            string[] mode = run == 0 ? ["-draftmode"] : [];
            foreach (string argument in new[] { "-interaction=nonstopmode", "-halt-on-error" }.Concat(mode).Append(name + ".tex"))
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            code = process.ExitCode;
        }

        string log = File.ReadAllText(Path.Combine(folder, name + ".log"));
        return [.. Complaint().Matches(log).Select(m => m.Value), .. code == 0 ? Array.Empty<string>() : [$"exit code {code}"]];
    }

    // A float that is larger than a page is no error to LaTeX, and neither are two labels of one name.
    [GeneratedRegex(
        @"^(!.*(\n.*){0,3}|Overfull.*|.*Float too large.*|.*multiply[ -]defined.*|.*undefined.*)$",
        RegexOptions.Multiline
    )]
    private static partial Regex Complaint();
}
