using System.Text.Json.Serialization;
using Reproduce.Compute;

namespace Reproduce.Tasks.Denoising;

/// <summary>Settings of <see cref="DenoisingTask"/>.</summary>
public sealed record DenoisingSettings : TaskSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => DenoisingTask.Kind;

    /// <summary>The folder with the four files of Fashion-MNIST; null to search the usual places, then to download.</summary>
    [SimulationIndependent]
    public string? DataFolder { get; init; }

    /// <summary>Whether the data may be downloaded when they are nowhere.</summary>
    [SimulationIndependent]
    public bool Download { get; init; } = true;

    /// <summary>The camera.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public CameraSettings Camera { get; init; } = new();

    /// <inheritdoc/>
    public override bool RedrawsObservations => true;

    /// <inheritdoc/>
    public override (int Training, int Validation, int Test)? SplitSizes =>
        (FashionMnist.TrainingCount, DenoisingValidation.Images.Length, FashionMnist.TestCount - DenoisingValidation.Images.Length);

    /// <inheritdoc/>
    public override string? FindMissingInput() => DataFolder is not null && !FashionMnistFolder.IsComplete(DataFolder)
        ? $"data_folder: expected a folder with the four files of Fashion-MNIST ({FashionMnistFolder.TrainingImages}.gz, ...), "
            + $"got '{DataFolder}'"
        : null;

    /// <inheritdoc/>
    public override ITask Create() => new DenoisingTask(this);
}
