using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Networks;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Inferring;

/// <summary>What a model's file says beside its weights: enough to build the networks and to name what comes out of them.</summary>
public sealed record ModelSettings
{
    // What is shown to a reader: no control characters, which a terminal obeys and a table does not survive.
    private const string Shown = @"\P{Cc}{0,1000}";

    /// <summary>The form of the file; others are refused.</summary>
    [Range(1, 1)]
    public required int Version { get; init; }

    /// <summary>Name of the experiment.</summary>
    [RegularExpression("[a-z0-9][a-z0-9_-]{0,63}")]
    public required string Experiment { get; init; }

    /// <summary>Title of the experiment.</summary>
    [RegularExpression(Shown)]
    public required string Title { get; init; }

    /// <summary>Name of the contender.</summary>
    [RegularExpression("[a-z0-9][a-z0-9_-]{0,63}")]
    public required string Contender { get; init; }

    /// <summary>The contender's settings.</summary>
    public required ContenderSettings Settings { get; init; }

    /// <summary>The summary network's settings.</summary>
    public required SummaryNetworkSettings Summary { get; init; }

    /// <summary>Training simulations.</summary>
    [Range(2, 100_000_000)]
    public required int Budget { get; init; }

    /// <summary>Names of the parameters.</summary>
    [MinLength(1), RegularExpression(Shown)]
    public required string[] Parameters { get; init; }

    /// <summary>Their names in figures.</summary>
    [MinLength(1), RegularExpression(Shown)]
    public required string[] Labels { get; init; }

    /// <summary>Where the random numbers of draws begin, in hexadecimal digits: the same as in the experiment.</summary>
    [RegularExpression("[0-9a-f]{16}")]
    public required string Key { get; init; }

    /// <summary>Rows that go through a network together; 0 chooses by device.</summary>
    [Range(0, 100_000_000)]
    public int RowsPerPass { get; init; }

    /// <summary>Commit of the program that trained it, when, on which machine and with which versions.</summary>
    [RegularExpression(Shown)]
    public required string Origin { get; init; }
}
