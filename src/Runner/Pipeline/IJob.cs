using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// A piece of work whose result is a folder: a function of the inputs that the folder's name is a hash of. A job holds those inputs.
/// </summary>
public interface IJob
{
    /// <summary>Where the result goes.</summary>
    StageFolder Folder { get; }

    /// <summary>The jobs whose results are read. When one of them has failed, this one cannot be done.</summary>
    IReadOnlyList<IJob> Needs { get; }

    /// <summary>Whether the result is there, or nobody needs it any more.</summary>
    bool IsDone => Folder.IsComplete;

    /// <summary>Its share of its stage's work, in any unit.</summary>
    double Weight { get; }

    /// <summary>Jobs of its stage with the same name take about the same time for a unit of their weights.</summary>
    string Kin => "";

    /// <summary>The settings to lower when memory runs out.</summary>
    string MemorySettings { get; }

    /// <summary>Whether everything else needs the result, to be done or to be compared with: when the job fails the run ends.</summary>
    bool EndsRun => false;

    /// <summary>Whether the job has a process of its own, which owns its libtorch threads and its memory; several run at once.</summary>
    bool HasOwnProcess => false;

    /// <summary>Whether the job brings threads of its own, so that libtorch shall have one.</summary>
    bool BringsThreads => false;

    /// <summary>Whether a GPU is busy with the job alone; else several run on it at once.</summary>
    bool FillsGpu => true;

    /// <summary>How exact a GPU is while the job runs.</summary>
    Compute.Precision Precision => Compute.Precision.Float32;

    /// <summary>Makes the result in the folder that was begun, and commits it.</summary>
    /// <param name="context">Where it runs.</param>
    /// <param name="progress">Told where it stands.</param>
    /// <exception cref="JobFailedException">The job cannot be done; other jobs can.</exception>
    /// <exception cref="InvalidDataException">Likewise, for numbers that are not finite or files that cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what is worth keeping is on disk.</exception>
    void Run(JobContext context, JobProgress progress);
}
