using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Reproduce.Compute;
using Reproduce.Compute.Priors;

namespace Reproduce.Tasks.Offline;

/// <summary>Settings of <see cref="SimulationsTask"/>: simulations that are in files.</summary>
/// <remarks>
/// A file is a .npz archive with the array "theta", [N, D], and observations in arrays of any other names, [N, ...]; one with NAME_length
/// beside it is a set of varying size. Where there is one
/// file only, its first 80 % are for training, 10 % for validation and the last 10 % for tests.
/// </remarks>
public sealed record SimulationsSettings : TaskSettings, INamedKind, IFileBound, IValidatableObject
{
    /// <inheritdoc/>
    public static string Kind => "simulations";

    /// <summary>The file of the simulations to learn from.</summary>
    [Length(1, 1000)]
    public required string Training { get; init; }

    /// <summary>The file of those on which the loss is watched; a part of <see cref="Training"/> when not given.</summary>
    [Length(1, 1000)]
    public string? Validation { get; init; }

    /// <summary>The file of those to test with; a part of <see cref="Training"/> when not given.</summary>
    [Length(1, 1000)]
    public string? Test { get; init; }

    /// <summary>
    /// The file of reference draws for those to test with: the array "draws", [N, S, D], for N of them and at least twice as many draws for
    /// each as test.draws asks for. None when not given.
    /// </summary>
    [Length(1, 1000), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Reference { get; init; }

    /// <summary>The parameters' names, one for each column of theta.</summary>
    [MinLength(1)]
    public required ParameterSettings[] Parameters { get; init; }

    /// <inheritdoc/>
    [RegularExpression(@"\S.{0,127}")]
    public string? Version { get; init; }

    /// <inheritdoc/>
    [SimulationIndependent]
    public string? Folder { get; init; }

    /// <summary>The folder as a full path.</summary>
    public string FullFolder => Path.GetFullPath(Folder ?? ".");

    /// <inheritdoc/>
    public override (int Training, int Validation, int Test)? SplitSizes => new SimulationSplits(this).Sizes;

    /// <inheritdoc/>
    public override ITask Create() => new SimulationsTask(this);

    /// <inheritdoc/>
    public IEnumerable<string> FilesIn(string folder) =>
        new[] { Training, Validation, Test, Reference }.OfType<string>()
            .Select(name => Path.Combine(folder, name)).Where(File.Exists).Distinct();

    /// <inheritdoc/>
    public override string? FindMissingInput()
    {
        foreach ((string key, string? name) in new[]
            {
                ("training", Training), ("validation", Validation), ("test", Test), ("reference", Reference),
            })
        {
            if (name is not null && !File.Exists(Path.Combine(FullFolder, name)))
            {
                return $"{key}: there is no file '{name}' in {FullFolder}";
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ParameterSpace.Problem(Parameters) is ValidationResult problem)
        {
            yield return new ValidationResult(problem.ErrorMessage, [nameof(Parameters)]);
        }

        if (Parameters.Any(p => p.Prior is not null))
        {
            yield return new ValidationResult(
                "expected no 'prior': what the simulations were drawn from is in the files", [nameof(Parameters)]);
        }
    }
}
