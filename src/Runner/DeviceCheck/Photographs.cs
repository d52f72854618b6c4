using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>
/// A simulator that runs on the device has other random numbers there, of the same distribution: mean and deviation of its observations are
/// compared.
/// </summary>
internal static class Photographs
{
    private const double Limit = 0.02;
    private const int Rows = 256;

    /// <summary>Observes the same parameters on both.</summary>
    /// <param name="subject">A contender of the experiment.</param>
    /// <param name="device">The device.</param>
    public static IEnumerable<CheckRow> Run(CheckSubject subject, Device device)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(subject.Key.Child("observe"));
        Tensor theta = subject.Few.Theta.narrow(0, 0, 1).expand(Rows, -1).contiguous();
        Tensor here = subject.Task.Simulate(theta, random).Sole;
        Tensor there = subject.Task.Simulate(theta.to(device), random).Sole.cpu();
        // Of the noise around the mean of every pixel: what both have in common would hide it.
        double scale = here.std(0).mean().item<float>();
        double mean = (here.mean([0]) - there.mean([0])).mean().abs().item<float>() / scale;
        double deviation = Math.Abs(1 - there.std(0).mean().item<float>() / scale);
        yield return new CheckRow(subject.Experiment.Name, "observations: mean", mean, "deviations", Limit);
        yield return new CheckRow(subject.Experiment.Name, "observations: deviation", deviation, "", Limit);
    }
}
