namespace Reproduce.Tests.Configuration;

public sealed record SampleNpse : SampleContender
{
    public int Layers { get; init; } = 4;
}
