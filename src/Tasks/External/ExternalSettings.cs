using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Reproduce.Compute;
using Reproduce.Compute.Priors;

namespace Reproduce.Tasks.External;

/// <summary>Settings of <see cref="ExternalTask"/>: a simulator in any language.</summary>
public sealed record ExternalSettings : TaskSettings, INamedKind, IFileBound, IValidatableObject
{
    /// <inheritdoc/>
    public static string Kind => "external";

    /// <summary>The program and its arguments, such as [python3, simulator.py]; it is started in <see cref="Folder"/>.</summary>
    [MinLength(1), MaxLength(1000)]
    public required string[] Command { get; init; }

    /// <summary>The parameters, in the order in which the simulator gets them.</summary>
    [MinLength(1)]
    public required ParameterSettings[] Parameters { get; init; }

    /// <summary>What the simulator can do beside simulating.</summary>
    [DistinctItems]
    public ExternalOffer[] Offers { get; init; } = [];

    /// <summary>
    /// Simulations of one request, which share a seed: what is lost when the simulator crashes, and what is kept when it is stopped.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Chunk { get; init; } = 100;

    /// <summary>Further files that decide the simulations, beside those that the command names.</summary>
    public string[] Files { get; init; } = [];

    /// <summary>Arrays of an observation that are sets of varying size.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SetSettings[] Sets { get; init; } = [];

    /// <inheritdoc/>
    [RegularExpression(@"\S.{0,127}")]
    public string? Version { get; init; }

    /// <inheritdoc/>
    [SimulationIndependent]
    public string? Folder { get; init; }

    /// <summary>Programs at once; 0 for one per core.</summary>
    [SimulationIndependent, Range(0, 1000)]
    public int Workers { get; init; }

    /// <summary>How long a program may take from its start to its first answer.</summary>
    [SimulationIndependent, Range(0.001, 1e7)]
    public double StartSeconds { get; init; } = 120;

    /// <summary>How long a request may take.</summary>
    [SimulationIndependent, Range(0.001, 1e7)]
    public double TimeoutSeconds { get; init; } = 600;

    /// <summary>How often a request is made that ends in a crash or without an answer, before its rows are tried one by one.</summary>
    [SimulationIndependent, Range(1, 100)]
    public int Attempts { get; init; } = 2;

    /// <summary>The folder as a full path.</summary>
    public string FullFolder => Path.GetFullPath(Folder ?? ".");

    /// <inheritdoc/>
    /// <remarks>Not known of parameters that the simulator draws.</remarks>
    public override IReadOnlyList<(double Low, double High)>? Support() =>
        Parameters.All(p => p.Prior is not null) ? new ParameterSpace(Parameters).Support() : null;

    /// <inheritdoc/>
    public override ITask Create() => new ExternalTask(this);

    /// <inheritdoc/>
    public IEnumerable<string> FilesIn(string folder) =>
        Command.Concat(Files).Select(name => Path.Combine(folder, name)).Where(File.Exists).Distinct();

    /// <inheritdoc/>
    public override string? FindMissingInput()
    {
        string folder = FullFolder;
        return !Directory.Exists(folder) ? $"folder: there is no folder '{folder}'"
            : ProgramSearch.Find(Command[0], folder) is null
                ? $"command: there is no program '{Command[0]}', neither in {folder} nor where the shell looks (PATH)"
            : Files.FirstOrDefault(f => !File.Exists(Path.Combine(folder, f))) is string file
                ? $"files: there is no file '{file}' in {folder}"
            : null;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Command[0]))
        {
            yield return new ValidationResult("expected the name of a program first", [nameof(Command)]);
        }

        if (ParameterSpace.Problem(Parameters) is ValidationResult problem)
        {
            yield return new ValidationResult(problem.ErrorMessage, [nameof(Parameters)]);
        }

        if (Sets.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1)?.Key is string twice)
        {
            yield return new ValidationResult($"expected names that differ, got '{twice}' twice", [nameof(Sets)]);
        }

        int open = Parameters.Count(p => p.Prior is null), varying = Parameters.Count(p => p.Prior is not FixedPrior);
        bool draws = Offers.Contains(ExternalOffer.Prior);
        if (!draws && open > 0)
        {
            yield return new ValidationResult(
                "expected a 'prior' of every parameter, or 'offers: [prior]' of a simulator that draws them", [nameof(Parameters)]);
        }

        if (draws && open < varying)
        {
            yield return new ValidationResult(
                "expected no 'prior' but fixed ones, as the simulator draws the parameters ('offers: [prior]')", [nameof(Parameters)]);
        }
    }
}
