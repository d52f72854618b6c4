using System.Diagnostics;
using System.Globalization;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>Several trainings on one device, each in a process of its own, as a run has them: what they make together.</summary>
internal static class TrainingsAtOnce
{
    private const double Seconds = 5;
    private const string Ready = "ready";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs several trainings at once.</summary>
    /// <param name="subject">The contender's name, such as "two_moons/cmpe".</param>
    /// <param name="device">The device as an option says it.</param>
    /// <param name="profile">The profile, or null.</param>
    /// <param name="count">How many.</param>
    /// <returns>Steps a second of all together.</returns>
    public static CheckRow Measure(string subject, string device, string? profile, int count)
    {
        string measure = string.Create(CultureInfo.InvariantCulture, $"{count} trainings at once");
        Process[] workers = [.. Enumerable.Range(0, count).Select(_ => Begin(subject, device, profile))];
        try
        {
            if (!workers.All(w => Answer(w) == Ready))
            {
                return new CheckRow(subject, measure, null, Note: "a process did not start") { IsFailure = true };
            }

            Array.ForEach(workers, w => w.StandardInput.WriteLine());
            double[] rates = [.. workers.Select(w => double.TryParse(
                Answer(w), NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) ? rate : double.NaN)];
            return new CheckRow(subject, measure, rates.Sum(), "steps/s");
        }
        finally
        {
            Array.ForEach(workers, End);
        }
    }

    /// <summary>The child's side: says when it is ready, waits for a line, trains, and says how many steps it made a second.</summary>
    /// <param name="subject">The contender.</param>
    /// <param name="device">The device.</param>
    public static void Work(CheckSubject subject, Device device)
    {
        set_num_threads(1);
        using IPosteriorEstimator estimator = subject.Create(device);
        using Trainer trainer = subject.Whole(estimator);
        using Simulations batch = subject.FullBatch(device);
        trainer.Rehearse(batch, 20);
        Devices.Synchronise(device);
        Console.WriteLine(Ready);
        _ = Console.ReadLine();
        double seconds = Speed.TimeOf(trainer, batch, device, Seconds);
        Console.WriteLine((1 / seconds).ToString(CultureInfo.InvariantCulture));
    }

    private static Process Begin(string subject, string device, string? profile)
    {
        IReadOnlyList<string> program = JobProcess.Program();
        string[] shrunken = profile is null ? [] : ["--profile", profile];
        ProcessStartInfo start = new(
            program[0], [.. program.Skip(1), "device-check", "--device", device, "--worker", subject, .. shrunken])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        WorkerEnvironment.Set(start.Environment);
        return Process.Start(start)!;
    }

    private static string? Answer(Process worker)
    {
        Task<string?> line = worker.StandardOutput.ReadLineAsync();
        return line.Wait(s_patience) ? line.Result : null;
    }

    private static void End(Process worker)
    {
        using (worker)
        {
            if (!worker.HasExited && !worker.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                worker.Kill();
            }
        }
    }
}
