using System.ComponentModel.DataAnnotations;

namespace Reproduce.Tasks.External;

/// <summary>An array of an observation that is a set of varying size.</summary>
public sealed record SetSettings
{
    /// <summary>Name of the array, [B, max, F]; beside it the simulator gives NAME_length, the members of each simulation.</summary>
    [RegularExpression("[A-Za-z_][A-Za-z0-9_.-]{0,63}")]
    public required string Name { get; init; }

    /// <summary>The most members that a simulation or an observation has.</summary>
    [Range(1, 1_000_000)]
    public required int Max { get; init; }
}
