namespace Reproduce.Tests.Configuration;

public sealed record SampleStep
{
    public required int Count { get; init; }

    public bool Timed { get; init; }
}
