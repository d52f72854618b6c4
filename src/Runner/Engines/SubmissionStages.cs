namespace Reproduce.Runner.Engines;

/// <summary>Stages of a submission: each is one or several arrays.</summary>
public static class SubmissionStages
{
    /// <summary>Training, validation and test simulations, whole or in shards, and exact draws.</summary>
    public const string Simulate = "simulate";

    /// <summary>Shards of simulations joined.</summary>
    public const string Merge = "merge";

    /// <summary>Trainings.</summary>
    public const string Train = "train";

    /// <summary>Draws of a training, and their scores.</summary>
    public const string Sample = "sample";

    /// <summary>The report.</summary>
    public const string Collect = "collect";
}
