namespace Reproduce.Tests.Configuration;

public sealed record SampleMoons : SampleTask
{
    public double Radius { get; init; } = 0.1;
}
