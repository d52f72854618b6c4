namespace Reproduce.Tests.Configuration;

public sealed record SampleCmpe : SampleContender
{
    public int FinalSteps { get; init; } = 50;
}
