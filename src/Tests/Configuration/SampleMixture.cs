namespace Reproduce.Tests.Configuration;

public sealed record SampleMixture : SampleTask
{
    public int Components { get; init; } = 2;
}
