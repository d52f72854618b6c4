using BenchmarkDotNet.Reports;

namespace Reproduce.Benchmarks;

/// <summary>Puts the tables of a run where readers look: results/benchmarks/CLASS.md, and CLASS.json with every iteration.</summary>
internal static class PublishedTables
{
    /// <summary>Copies what BenchmarkDotNet exported, of every class that ran.</summary>
    internal static void Copy(IEnumerable<Summary> summaries)
    {
        string folder = Path.Combine(Repository.Root, "results", "benchmarks");
        Directory.CreateDirectory(folder);
        foreach (Summary summary in summaries)
        {
            foreach (Type type in summary.BenchmarksCases.Select(b => b.Descriptor.Type).Distinct())
            {
                Copy(summary, type, "-report-github.md", Path.Combine(folder, type.Name + ".md"));
                Copy(summary, type, "-report-full.json", Path.Combine(folder, type.Name + ".json"));
            }
        }
    }

    private static void Copy(Summary summary, Type type, string ending, string target)
    {
        string source = Path.Combine(summary.ResultsDirectoryPath, type.FullName + ending);
        if (File.Exists(source))
        {
            // BenchmarkDotNet writes the line ends of the system, the repository has LF.
            File.WriteAllText(target, File.ReadAllText(source).ReplaceLineEndings("\n").TrimEnd('\n') + "\n");
        }
    }
}
