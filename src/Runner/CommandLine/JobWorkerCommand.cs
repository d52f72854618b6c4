using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>The hidden verb with which the runner starts one job in a child process.</summary>
public static class JobWorkerCommand
{
    /// <summary>Runs one job to its end, or until standard input is closed.</summary>
    /// <param name="arguments">What the parent said.</param>
    /// <param name="hash">Hash of the job.</param>
    /// <returns>An exit code.</returns>
    public static int Run(WorkerArguments arguments, string hash)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        // Ctrl-C reaches the whole group of processes: the parent decides, by closing the input.
        using CancellationTokenSource stop = new();
        using Interruption interruption = new();
        using CancellationTokenRegistration link = interruption.Token.Register(stop.Cancel);
        new Thread(() => WatchInput(stop)) { IsBackground = true }.Start();

        Experiment experiment = YamlBinder.Bind<Experiment>(YamlReader.Load(arguments.ResolvedFile), SettingKinds.All);
        Device device = Devices.Parse(experiment.Device);
        RunPlan plan = new(experiment, arguments.Variant, arguments.Cache, device.type.ToString());
        IJob job = plan.Jobs.First(j => j.Folder.Hash == hash);
        JobContext context = JobContext.Of(experiment, device, stop.Token) with
        {
            CheckpointInterval = TimeSpan.FromSeconds(arguments.CheckpointSeconds),
            Note = sentence => JobProcess.Note(Console.Out, sentence),
        };
        try
        {
            if (JobAttempt.Run(job, context, JobProcess.Reporter(Console.Out)) is not string reason)
            {
                return ExitCodes.Success;
            }

            Console.Error.WriteLine(reason);
            return ExitCodes.Incomplete;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static void WatchInput(CancellationTokenSource stop)
    {
        while (Console.In.ReadLine() is not null)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The training ended first.
        }
    }
}
