using Reproduce.Compute;
using Reproduce.Inference.Sampling;
using Reproduce.Runner.Configuration;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Where a job runs. It decides nothing of the result but its last digits.</summary>
/// <param name="Device">Where networks run.</param>
/// <param name="Threads">Threads for work on the CPU.</param>
/// <param name="Cancel">Asks a job to stop; what is worth keeping is on disk when it does.</param>
public sealed record JobContext(Device Device, int Threads, CancellationToken Cancel)
{
    /// <summary>Where the jobs of an experiment run.</summary>
    /// <param name="experiment">The experiment, which may set the threads.</param>
    /// <param name="device">Where networks run.</param>
    /// <param name="cancel">Asks a job to stop.</param>
    public static JobContext Of(Experiment experiment, Device device, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return new JobContext(device, experiment.Sampling.Threads > 0 ? experiment.Sampling.Threads : Environment.ProcessorCount, cancel);
    }

    /// <summary>Time between two checkpoints of a training, or of long drawing.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Told what a reader of the log should know, in one sentence.</summary>
    public Action<string> Note { get; init; } = _ => { };

    /// <summary>How draws are batched.</summary>
    /// <param name="rowsPerPass">Rows that go through the network together; 0 chooses.</param>
    /// <param name="contender">The contender that draws.</param>
    public SamplingSettings Sampling(int rowsPerPass, ContenderSettings contender) => new()
    {
        Threads = Threads,
        RowsPerPass = rowsPerPass > 0 ? rowsPerPass : DeviceShare.Rows(contender, Device, Gpu.Memory(Device)),
    };
}
