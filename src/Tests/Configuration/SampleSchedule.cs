namespace Reproduce.Tests.Configuration;

public enum SampleSchedule
{
    Constant,
    CosineDecay,
}
