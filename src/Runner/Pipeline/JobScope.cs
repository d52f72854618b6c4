using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;

namespace Reproduce.Runner.Pipeline;

/// <summary>What the jobs of an experiment share.</summary>
public sealed class JobScope
{
    private readonly string _cache;

    /// <summary>The scope of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="cache">Root folder of the results of jobs.</param>
    /// <param name="device">The device's type, such as "cpu": trainings on different ones differ in their last digits.</param>
    public JobScope(Experiment experiment, string cache, string device)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        _cache = cache;
        Experiment = experiment;
        Device = device;
        Task = experiment.Task.Create();
        Simulator = MarkedSettings.Without(experiment.Task, typeof(SimulationIndependentAttribute));
        Key = RandomKey.FromSeed(experiment.Seed).Child(experiment.Name);
    }

    /// <summary>The experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>The device's type.</summary>
    public string Device { get; }

    /// <summary>What networks have on the device: a CPU has float32 whatever the experiment allows.</summary>
    public Precision Precision =>
        string.Equals(Device, nameof(TorchSharp.DeviceType.CPU), StringComparison.OrdinalIgnoreCase)
            ? Precision.Float32
            : Experiment.Precision;

    /// <summary>The inference problem.</summary>
    public ITask Task { get; }

    /// <summary>The task's settings that decide a simulation.</summary>
    public TaskSettings Simulator { get; }

    /// <summary>The root of the random numbers.</summary>
    public RandomKey Key { get; }

    /// <summary>The folder of a job.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="label">A readable name.</param>
    /// <param name="inputs">Everything that decides the result and nothing else; what is null is left out of the hash.</param>
    /// <param name="hasAll">Whether a finished result has everything that is wanted of it today; null when it always has.</param>
    public StageFolder Folder(string stage, string label, object inputs, Func<StageFolder, bool>? hasAll = null) =>
        new(_cache, stage, label, inputs, hasAll);
}
