using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Plan;

/// <summary>Training and validation simulations of a replicate: one pool, of which budgets are prefixes.</summary>
/// <param name="Folder">Where the result goes.</param>
/// <param name="Pool">Training simulations.</param>
/// <param name="Validation">Validation simulations.</param>
/// <param name="Replicate">Which of the replicates, from 0.</param>
public sealed record SimulateJob(StageFolder Folder, int Pool, int Validation, int Replicate);

/// <summary>Test data sets with their true parameters.</summary>
/// <param name="Folder">Where the result goes.</param>
public sealed record TestSetJob(StageFolder Folder);

/// <summary>Two independent sets of draws from the exact posterior of every test data set.</summary>
/// <param name="Folder">Where the result goes.</param>
public sealed record ReferenceJob(StageFolder Folder);

/// <summary>One training.</summary>
/// <param name="Folder">Where the result goes.</param>
/// <param name="Contender">The contender's name.</param>
/// <param name="Settings">The contender's settings.</param>
/// <param name="Budget">Training simulations.</param>
/// <param name="Simulate">Its replicate's simulations.</param>
public sealed record TrainJob(StageFolder Folder, string Contender, ContenderSettings Settings, int Budget, SimulateJob Simulate)
{
    /// <summary>Which of the replicated trainings, from 0.</summary>
    public int Replicate => Simulate.Replicate;

    /// <summary>The name under which its random numbers are drawn.</summary>
    public string Stream => Settings.Stream ?? Contender;
}

/// <summary>Posterior draws for all test data sets at one number of sampling steps, and the time they take.</summary>
/// <param name="Folder">Where the result goes.</param>
/// <param name="Train">The training that is sampled.</param>
/// <param name="Steps">Sampling steps.</param>
public sealed record SampleJob(StageFolder Folder, TrainJob Train, int Steps);

/// <summary>Posterior draws for the observation that the figures were asked to show.</summary>
/// <param name="Folder">Where the result goes.</param>
/// <param name="Sample">The setting whose estimator draws; null for the exact posterior.</param>
public sealed record ShowJob(StageFolder Folder, SampleJob? Sample);

/// <summary>The scores of one set of draws, or of a second set of reference draws (the floor) when there is no sample.</summary>
/// <param name="Folder">Where the result goes.</param>
/// <param name="Sample">The draws; null for the floor.</param>
public sealed record ScoreJob(StageFolder Folder, SampleJob? Sample)
{
    /// <summary>The contender's name in tables; "reference" for the floor.</summary>
    public string Contender => Sample?.Train.Contender ?? "reference";
}
