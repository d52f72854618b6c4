using Reproduce.Inference.Sampling;
using Reproduce.Runner.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>How much goes through a device at once when nobody has said it: rows of a pass, and trainings.</summary>
public static class DeviceShare
{
    // The network's own estimate is rough, and sampling holds a few copies beside it.
    private const double Margin = 4;
    private const long MostOnGpu = 100_000, FewestOnGpu = 100;
    private const double CpuBytes = 1L << 30;

    // A process has a context, libraries and buffers before it has a network.
    private const long BytesOfTraining = 2L << 30;
    private const int MostTrainings = 4;

    /// <summary>Rows that go through a network together.</summary>
    /// <param name="contender">The contender.</param>
    /// <param name="device">Where it draws.</param>
    /// <param name="memory">The GPU's whole memory, bytes, so that a machine makes the same draws again; null when not known.</param>
    /// <returns>
    /// On a CPU the 1000 of a block, or fewer, so that a thread stays below a gigabyte; on a GPU as many as an eighth of its memory takes,
    /// from 100 to 100000.
    /// </returns>
    public static int Rows(ContenderSettings contender, Device device, long? memory)
    {
        ArgumentNullException.ThrowIfNull(contender);
        ArgumentNullException.ThrowIfNull(device);
        double bytes = sizeof(float) * Margin * contender.RoughActivations;
        return device.type != DeviceType.CUDA
            ? (int)Math.Clamp(CpuBytes / bytes, 1, SamplingSettings.BlockSize)
            : (int)Math.Clamp((memory ?? 0) / 8 / bytes, FewestOnGpu, MostOnGpu);
    }

    /// <summary>Jobs with processes of their own that run at once.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="device">Where they run.</param>
    /// <param name="memory">The GPU's whole memory, bytes; null when not known.</param>
    /// <param name="cores">The machine's cores.</param>
    /// <returns>
    /// On a CPU one for each core. On a GPU one, but up to four small trainings, which leave it waiting for their hosts most of the time
    /// (`device-check` measures what they make together), as far as cores and memory allow.
    /// </returns>
    public static int Processes(IEnumerable<IJob> jobs, Device device, long? memory, int cores)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(device);
        return device.type != DeviceType.CUDA ? cores
            : jobs.Any(j => j.FillsGpu) ? 1
            : (int)Math.Clamp((memory ?? 0) / BytesOfTraining, 1, Math.Min(MostTrainings, cores));
    }
}
