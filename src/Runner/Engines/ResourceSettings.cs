using System.ComponentModel.DataAnnotations;

namespace Reproduce.Runner.Engines;

/// <summary>What an element of an array asks the cluster for; what is not given is left to the cluster.</summary>
public sealed record ResourceSettings
{
    private const string Word = @"[^\s""'$`\\;&|<>]+";

    /// <summary>Partition, or several with commas.</summary>
    [RegularExpression(Word)]
    public string? Partition { get; init; }

    /// <summary>Account to charge.</summary>
    [RegularExpression(Word)]
    public string? Account { get; init; }

    /// <summary>Features that a node must have; one kind of processor for times that can be compared.</summary>
    [RegularExpression(@"[^\s""'$`\\;<>]+")]
    public string? Constraint { get; init; }

    /// <summary>Cores of an element.</summary>
    [Range(1, 4096)]
    public int? Cpus { get; init; }

    /// <summary>Memory of an element, such as 4G.</summary>
    [RegularExpression("[0-9]+[KMGT]?")]
    public string? Memory { get; init; }

    /// <summary>Longest time of an element as Slurm writes it: MINUTES, H:MM:SS or D-HH:MM:SS.</summary>
    [RegularExpression("([0-9]+-)?[0-9]+(:[0-9]{2}){0,2}")]
    public string? Time { get; init; }

    /// <summary>Graphics processors of an element, such as 1 or a100:1.</summary>
    [RegularExpression("([A-Za-z0-9_.-]+:)?[0-9]+")]
    public string? Gpus { get; init; }

    /// <summary>Further options of sbatch, such as --exclusive; added to those of the wider settings.</summary>
    [RegularExpression(@"--?[A-Za-z][^\r\n]*")]
    public string[] Options { get; init; } = [];

    /// <summary>These settings, and for what they leave open those of a wider scope.</summary>
    /// <param name="wider">The wider settings; null for none.</param>
    public ResourceSettings Over(ResourceSettings? wider) => wider is null
        ? this
        : new ResourceSettings
        {
            Partition = Partition ?? wider.Partition,
            Account = Account ?? wider.Account,
            Constraint = Constraint ?? wider.Constraint,
            Cpus = Cpus ?? wider.Cpus,
            Memory = Memory ?? wider.Memory,
            Time = Time ?? wider.Time,
            Gpus = Gpus ?? wider.Gpus,
            Options = [.. wider.Options, .. Options],
        };

    /// <summary>The options of sbatch.</summary>
    public IReadOnlyList<string> ToOptions() =>
    [
        .. new (string Name, string? Value)[]
        {
            ("partition", Partition),
            ("account", Account),
            ("constraint", Constraint),
            ("cpus-per-task", FormattableString.Invariant($"{Cpus ?? 1}")),
            ("mem", Memory),
            ("time", Time),
            ("gres", Gpus is null ? null : $"gpu:{Gpus}"),
        }.Where(o => o.Value is not null).Select(o => $"--{o.Name}={o.Value}"),
        .. Options,
    ];
}
