using System.ComponentModel.DataAnnotations;

namespace Reproduce.Tests.Configuration;

public abstract record SampleTask
{
    [Range(1, 100)]
    public int Dimension { get; init; } = 2;
}
