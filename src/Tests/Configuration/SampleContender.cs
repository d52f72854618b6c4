namespace Reproduce.Tests.Configuration;

public abstract record SampleContender
{
    public required SampleTraining Training { get; init; }
}
