using System.IO.Compression;
using Reproduce.Compute;
using Reproduce.Files;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// The metrics in a score's folder: a file for each, named NAME.vVERSION.npz. Scores of before this was so have one file, scores.npz, with
/// the first version of every metric that there was.
/// </summary>
public static class StoredScores
{
    private const string OldFile = "scores.npz";
    private const int OldVersion = 1;

    /// <summary>Whether a finished score has a metric in its present version.</summary>
    /// <param name="folder">The score's folder.</param>
    /// <param name="metric">The metric.</param>
    public static bool Has(StageFolder folder, Metric metric)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(metric);
        return File.Exists(folder.FileOf(metric.File)) || IsInOldFile(folder, metric);
    }

    /// <summary>The arrays of a metric of a finished score, by name.</summary>
    /// <param name="folder">The score's folder.</param>
    /// <param name="metric">The metric.</param>
    /// <exception cref="IOException">It is not there, or damaged.</exception>
    public static Dictionary<string, double[]> Read(StageFolder folder, Metric metric)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(metric);
        string own = folder.FileOf(metric.File);
        return Npz.ReadDoubles(File.Exists(own) ? own : folder.FileOf(OldFile));
    }

    /// <summary>Takes what a finished score has of the wanted metrics over into the folder in which it is worked on again.</summary>
    /// <param name="folder">The score's folder.</param>
    /// <param name="metrics">The wanted metrics.</param>
    /// <returns>
    /// The metrics that are still to be computed, and the seconds that were spent on the others; all of them and 0 where nothing is there,
    /// or where something was changed after it was written.
    /// </returns>
    internal static (IReadOnlyList<Metric> Missing, double Seconds) Keep(StageFolder folder, IReadOnlyList<Metric> metrics)
    {
        foreach (string left in Directory.EnumerateFiles(folder.WorkPath))
        {
            HeldFiles.Delete(left); // Of an interrupted run, perhaps of another version of the program.
        }

        if (!Directory.Exists(folder.Path) || folder.FindCorruption() is not null)
        {
            return (metrics, 0);
        }

        Metric[] kept = [.. metrics.Where(m => Has(folder, m))];
        foreach (string file in kept.Select(m => File.Exists(folder.FileOf(m.File)) ? m.File : OldFile).Distinct())
        {
            File.Copy(folder.FileOf(file), folder.WorkFile(file));
        }

        return ([.. metrics.Except(kept)], folder.Seconds);
    }

    private static bool IsInOldFile(StageFolder folder, Metric metric)
    {
        string file = folder.FileOf(OldFile);
        if (metric.Version != OldVersion || !File.Exists(file))
        {
            return false;
        }

        try
        {
            using ZipArchive archive = ZipFile.OpenRead(file);
            return archive.GetEntry(metric.Array + ".npy") is not null;
        }
        catch (InvalidDataException)
        {
            return true; // Damaged: the check of its checksum says so, and has it computed again.
        }
    }
}
