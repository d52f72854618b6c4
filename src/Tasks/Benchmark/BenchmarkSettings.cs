using System.Text.Json.Serialization;
using Reproduce.Compute;

namespace Reproduce.Tasks.Benchmark;

/// <summary>Settings of <see cref="BenchmarkTask"/>: one of the ten tasks of sbibm.</summary>
public sealed record BenchmarkSettings : TaskSettings, INamedKind
{
    /// <summary>Where the data are looked for when no folder is given.</summary>
    public const string Local = "data/sbibm";

    /// <inheritdoc/>
    public static string Kind => "sbibm";

    /// <summary>Which of the tasks.</summary>
    public required BenchmarkName Problem { get; init; }

    /// <summary>
    /// The folder with sbibm's observations and reference draws, one folder for each task; when not given data/sbibm, into which they are
    /// downloaded.
    /// </summary>
    [SimulationIndependent]
    public string? DataFolder { get; init; }

    /// <summary>Whether what is not in data/sbibm may be downloaded; it may when not given.</summary>
    [SimulationIndependent, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool? Download { get; init; }

    /// <summary>
    /// Whether draws are compared with draws of our own from the exact posterior, instead of with those that sbibm has published. Whichever
    /// it is, the others are the row of the reference in the report, so that one sees whether they are the same.
    /// </summary>
    [SimulationIndependent]
    public bool OwnReference { get; init; }

    /// <inheritdoc/>
    public override int? ObservationLength => BenchmarkTask.ProblemOf(this).Length;

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => BenchmarkTask.ProblemOf(this).Parameters.Support();

    /// <inheritdoc/>
    public override int? TestSets => BenchmarkFiles.Observations;

    /// <inheritdoc/>
    public override ITask Create() => new BenchmarkTask(this);

    /// <inheritdoc/>
    public override string? FindMissingInput()
    {
        string? missing = IsDownloaded ? null : Files.FindMissing(Folder);
        missing ??= Problem == BenchmarkName.SlcpDistractors ? Files.FindMissingDistractors() : null;
        return missing is null ? null : Missing(missing);
    }

    /// <summary>The data, wherever they come from.</summary>
    internal BenchmarkFiles Files => new(DataFolder ?? Local);

    private string Folder => BenchmarkTask.ProblemOf(this).Folder;

    private bool IsDownloaded => Download != false && DataFolder is null;

    /// <summary>The data with the files of the task, which are downloaded if they may be.</summary>
    /// <param name="download">Where they come from.</param>
    /// <exception cref="FileNotFoundException">They are not there; the message says what to do.</exception>
    /// <exception cref="InvalidDataException">What was downloaded is not what sbibm has published.</exception>
    internal BenchmarkFiles Fetch(BenchmarkDownload download)
    {
        BenchmarkFiles files = Files;
        if (files.FindMissing(Folder) is not string missing)
        {
            return files;
        }

        string reason = "";
        try
        {
            if (IsDownloaded)
            {
                download.Fetch(files.Folder, Folder);
                return files;
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or UnauthorizedAccessException or IOException)
        {
            reason = $" The download from {download.Address} failed: {e.Message.TrimEnd('.')}.";
        }

        throw new FileNotFoundException(Missing(missing) + reason);
    }

    private string Missing(string file) =>
        $"data_folder: there is no file '{file}'; sbibm's files are those of the folder sbibm/tasks/NAME/files of "
            + $"github.com/sbi-benchmark/sbibm, to be put into {Path.Combine(Files.Folder, "NAME")}.";
}
