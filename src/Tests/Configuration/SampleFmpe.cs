namespace Reproduce.Tests.Configuration;

public sealed record SampleFmpe : SampleContender
{
    public int Layers { get; init; } = 4;
}
