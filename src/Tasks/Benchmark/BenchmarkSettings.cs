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
    /// The folder with sbibm's observations and reference draws, one folder for each task; data/sbibm when not given.
    /// </summary>
    [SimulationIndependent]
    public string? DataFolder { get; init; }

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
    public override string? FindMissingInput() => Files.FindMissing(
        BenchmarkTask.ProblemOf(this).Folder, Problem == BenchmarkName.SlcpDistractors) is string missing
        ? $"data_folder: there is no file '{missing}'; sbibm's files are those of the folder sbibm/tasks/NAME/files of "
            + $"github.com/sbi-benchmark/sbibm, to be put into {Path.Combine(Files.Folder, "NAME")}"
        : null;

    /// <summary>The data.</summary>
    internal BenchmarkFiles Files => new(DataFolder ?? Local);
}
