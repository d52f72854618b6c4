using System.Globalization;
using Reproduce.Files;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;

namespace Reproduce.Runner.Pipeline;

/// <summary>The failed simulations of a stage, in its folder: one a line, with all that is needed to repeat it.</summary>
internal static class FailedSimulationsFile
{
    private const string Name = "failed-simulations.txt";

    // Thousands of lines help nobody who reads a log or a report.
    private const int MostShown = 10;

    /// <summary>Adds failures to a stage's unfinished result; writes nothing when there are none.</summary>
    /// <param name="folder">The stage's folder.</param>
    /// <param name="pool">Which simulations, such as "training".</param>
    /// <param name="failures">The failures.</param>
    /// <returns>The lines that were added.</returns>
    public static IReadOnlyList<string> Append(StageFolder folder, string pool, IEnumerable<FailedSimulation> failures)
    {
        string[] lines = [.. failures.Select(f => string.Create(
            CultureInfo.InvariantCulture, $"{pool}, simulation {f.Row}: {f.Reason.ReplaceLineEndings(" ")}"))];
        if (lines.Length > 0)
        {
            File.AppendAllLines(folder.WorkFile(Name), lines);
        }

        return lines;
    }

    /// <summary>
    /// Adds the failures of finished parts, in the order that one stage for all would have written: by pool, try and row.
    /// </summary>
    /// <param name="folder">The stage's folder.</param>
    /// <param name="parts">The folders of the parts, by pool and row.</param>
    public static void Join(StageFolder folder, IEnumerable<StageFolder> parts)
    {
        Dictionary<string, int> tries = [];
        (string Pool, int Try, string Line)[] all =
        [
            .. from line in parts.SelectMany(Read)
               let simulation = line.Split(": ")[0]
               let attempt = tries[simulation] = tries.GetValueOrDefault(simulation) + 1
               select (simulation.Split(',')[0], attempt, line),
        ];
        if (all.Length > 0)
        {
            File.AppendAllLines(
                folder.WorkFile(Name), all.GroupBy(f => f.Pool).SelectMany(pool => pool.OrderBy(f => f.Try)).Select(f => f.Line));
        }
    }

    /// <summary>Forgets the failures of an interrupted attempt, which are found again.</summary>
    /// <param name="folder">The stage's folder.</param>
    public static void Reset(StageFolder folder) => HeldFiles.Delete(folder.WorkFile(Name));

    /// <summary>The first of some lines, and how many more there are.</summary>
    /// <param name="lines">The lines.</param>
    public static IEnumerable<string> Shown(IReadOnlyList<string> lines) =>
        lines.Count <= MostShown ? lines : lines.Take(MostShown).Append($"{lines.Count - MostShown} more, in {Name} of the stage's folder");

    /// <summary>The failures of a finished stage.</summary>
    /// <param name="folder">The stage's folder.</param>
    public static IReadOnlyList<string> Read(StageFolder folder) =>
        File.Exists(folder.FileOf(Name)) ? File.ReadAllLines(folder.FileOf(Name)) : [];
}
