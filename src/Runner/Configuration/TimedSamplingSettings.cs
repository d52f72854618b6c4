using System.ComponentModel.DataAnnotations;
using Reproduce.Configuration;

namespace Reproduce.Runner.Configuration;

/// <summary>How draws are made and timed.</summary>
public sealed record TimedSamplingSettings
{
    /// <summary>Threads that draw at once on a CPU; auto takes every core.</summary>
    [Range(0, 1024), AutoIsZero]
    public int Threads { get; init; }

    /// <summary>Rows that go through a network together; auto chooses by the network, the device and its memory.</summary>
    [Range(0, 100_000_000), AutoIsZero]
    public int RowsPerPass { get; init; }

    /// <summary>Timed repetitions of a setting.</summary>
    [Range(1, 1000)]
    public int Repeats { get; init; } = 5;

    /// <summary>No repetition is begun after so many seconds: slow settings are timed once, fast ones repeatedly.</summary>
    [Range(0.0, 1e6)]
    public double RepeatSeconds { get; init; } = 10;
}
