using System.Diagnostics;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>
/// A check in the order of worth: all comparisons first, then clocks; what no time is left for is left out and said so.
/// </summary>
internal sealed class DeviceCheckRun
{
    // Its trainings are run several at once: small networks leave a GPU idle most of the time.
    private const string AtOnce = "two_moons/cmpe";

    private readonly DeviceCheckSettings _settings;
    private readonly CheckReport _report;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly bool _computes;

    /// <summary>A check that has not begun.</summary>
    /// <param name="settings">What is asked for.</param>
    /// <param name="report">Receives the findings.</param>
    public DeviceCheckRun(DeviceCheckSettings settings, CheckReport report)
    {
        _settings = settings;
        _report = report;
        _computes = settings.Device.type != DeviceType.META;
    }

    /// <summary>Runs the check.</summary>
    public void Run()
    {
        Device device = _settings.Device;
        string files = Directory.CreateTempSubdirectory("device-check-").FullName;
        try
        {
            set_num_threads(1); // As trainings have it; the small networks of most experiments gain nothing by more.
            using IDisposable exact = Tf32.Allow(false);
            Each(2.0 / 5, "comparison", s => _computes ? Comparison.Run(s, device, files) : Speed.Count(s, device));
            if (!_computes)
            {
                return;
            }

            Part("C2ST", () => Classifiers.Run(device, sets: _settings.Profile is null ? 50 : 2));
            Floor? floor = null;
            Part("device", () =>
            {
                floor = Floor.Of(device) with { HasPaperSize = _settings.Profile is null };
                return floor.Rows();
            });
            Each(3.0 / 5, "training", s => Speed.OfTraining(s, device, floor));
            string subject = _report.Rows.Any(r => r.Subject == AtOnce) ? AtOnce : _report.Rows[0].Subject;
            foreach (int count in _settings.Processes.Where(n => n <= Environment.ProcessorCount))
            {
                Part(subject, () => [TrainingsAtOnce.Measure(subject, OptionOf(device), _settings.Profile, count)]);
            }

            Each(4.0 / 5, "drawing", s => Speed.OfDrawing(s, device, floor));
            if (device.type == DeviceType.CUDA)
            {
                Each(1, "TF32", s => [Comparison.WithTf32(s, device)]);
                _report.Add(new CheckRow("GPU", "memory in use", Gpu.MebibytesInUse(device), "MiB"));
            }
        }
        finally
        {
            Directory.Delete(files, recursive: true);
            _report.Write();
        }
    }

    private static string OptionOf(Device device) => device.type == DeviceType.CPU ? "cpu" : $"cuda:{Math.Max(0, device.index)}";

    // All contenders, until a part of the whole time has gone.
    private void Each(double share, string what, Func<CheckSubject, IEnumerable<CheckRow>> look)
    {
        string? observed = null;
        foreach (CheckSubject subject in CheckSubject.All(_settings.Profile))
        {
            if (_clock.Elapsed > share * _settings.Limit)
            {
                _report.Add(new CheckRow(subject.Name, what, null, Note: "no time left"));
                continue;
            }

            Part(subject.Name, () => look(subject));
            if (what == "comparison" && _computes && subject.Experiment.Task.RedrawsObservations && observed != subject.Experiment.Name)
            {
                observed = subject.Experiment.Name;
                Part(subject.Experiment.Name, () => Photographs.Run(subject, _settings.Device));
            }
        }
    }

    // What ends in an error is a finding, and the check goes on.
    private void Part(string subject, Func<IEnumerable<CheckRow>> look)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            if (_clock.Elapsed > _settings.Limit)
            {
                _report.Add(new CheckRow(subject, "all", null, Note: "no time left"));
                return;
            }

            foreach (CheckRow row in look())
            {
                _report.Add(row);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            string reason = $"{e.GetType().Name}: {e.Message.Split('\n')[0]}";
            // The meta device lacks kernels that every other device has.
            _report.Add(new CheckRow(subject, "error", null, Note: reason) { IsFailure = _computes });
        }

        _report.Write();
    }
}
