using System.Diagnostics;
using System.Globalization;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>What a device can do at best, measured on it: nothing that is timed can take less than its work takes at these rates.</summary>
/// <param name="OperationSeconds">One operation on one number, seconds: on a GPU what its host needs for a launch.</param>
/// <param name="FlopsPerSecond">Floating-point operations a second in a large product.</param>
/// <param name="BytesPerSecond">Bytes a second, read and written, in a large copy.</param>
internal sealed record Floor(double OperationSeconds, double FlopsPerSecond, double BytesPerSecond)
{
    // Weights are read by the passes forward and backward, their gradients written and read, and Adam reads and writes weight and moments.
    private const int TouchesOfWeight = 2 + 2 + 6;
    private const int Launches = 2000;
    private const int Repeats = 8;

    /// <summary>Whether the experiments are those of the paper, and not shrunken by a profile: their arithmetic is known.</summary>
    public bool HasPaperSize { get; init; } = true;

    /// <summary>Measures a device.</summary>
    /// <param name="device">The device.</param>
    public static Floor Of(Device device)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        // A GPU needs a product of this size to be busy; a core would take seconds for it.
        long side = device.type == DeviceType.CUDA ? 8192 : 1024;
        Tensor one = ones(1, device: device), square = ones([side, side], device: device), product = empty_like(square);
        Tensor from = ones([64L << 20], device: device), to = empty_like(from);
        return new Floor(
            Fastest(device, () =>
            {
                for (int i = 0; i < Launches; i++)
                {
                    one.mul_(one);
                }
            }) / Launches,
            2.0 * side * side * side / Fastest(device, () => product.addmm_(square, square)),
            2.0 * sizeof(float) * from.numel() / Fastest(device, () => to.copy_(from)));
    }

    /// <summary>The findings themselves.</summary>
    public IEnumerable<CheckRow> Rows()
    {
        yield return new CheckRow("device", "an operation on one number", 1e6 * OperationSeconds, "us");
        yield return new CheckRow("device", "large product", FlopsPerSecond / 1e9, "GFLOP/s");
        yield return new CheckRow("device", "large copy", BytesPerSecond / 1e9, "GB/s");
    }

    /// <summary>The least that a step can take: the longest of its launches, its arithmetic and its traffic.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="operations">Its operations; null where they cannot be counted.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="measured">What the step took, seconds.</param>
    public CheckRow OfStep(CheckSubject subject, double? operations, long weights, double measured)
    {
        double launches = (operations ?? 0) * OperationSeconds;
        double traffic = (double)TouchesOfWeight * sizeof(float) * weights / BytesPerSecond;
        double? arithmetic = WorkOf(subject)?.OfSimulation * subject.BatchSize / FlopsPerSecond;
        double least = Math.Max(Math.Max(launches, traffic), arithmetic ?? 0);
        string note = string.Create(
            CultureInfo.InvariantCulture,
            $"launches {Milli(operations is null ? null : launches)}, arithmetic {Milli(arithmetic)}, weights {Milli(traffic)}; the step "
                + $"takes {measured / least:0.0} times as long");
        return new CheckRow(subject.Name, "step, floor", 1e3 * least, "ms", Note: note);
    }

    /// <summary>The arithmetic of 1000 draws; null where it is not known.</summary>
    /// <param name="subject">The contender.</param>
    public CheckRow? OfDraws(CheckSubject subject) => WorkOf(subject) is StepWork work
        ? new CheckRow(subject.Name, "1000 draws, floor", 1e6 * work.OfDraw / FlopsPerSecond, "ms", Note: "arithmetic alone")
        : null;

    // The table is of networks of the paper's size.
    private StepWork? WorkOf(CheckSubject subject) => HasPaperSize ? StepWork.Known.GetValueOrDefault(subject.Name) : null;

    private static string Milli(double? seconds) =>
        seconds is double s ? string.Create(CultureInfo.InvariantCulture, $"{1e3 * s:G3} ms") : "unknown";

    private static double Fastest(Device device, Action work)
    {
        double fastest = double.PositiveInfinity;
        for (int i = 0; i < Repeats; i++)
        {
            using IDisposable scope = NewDisposeScope();
            Devices.Synchronise(device);
            Stopwatch clock = Stopwatch.StartNew();
            work();
            Devices.Synchronise(device);
            fastest = Math.Min(fastest, clock.Elapsed.TotalSeconds);
        }

        return fastest;
    }
}
