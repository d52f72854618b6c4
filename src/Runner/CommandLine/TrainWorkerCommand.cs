using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Stages;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>The hidden verb with which the runner starts one training in a child process.</summary>
public static class TrainWorkerCommand
{
    /// <summary>Trains one job to its end, or until standard input is closed.</summary>
    /// <param name="arguments">What the parent said.</param>
    /// <param name="job">Hash of the job.</param>
    /// <returns>An exit code.</returns>
    public static int Run(WorkerArguments arguments, string job)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        // Ctrl-C reaches the whole group of processes: the parent decides, by closing the input.
        using CancellationTokenSource stop = new();
        using Interruption interruption = new();
        using CancellationTokenRegistration link = interruption.Token.Register(stop.Cancel);
        new Thread(() => WatchInput(stop)) { IsBackground = true }.Start();

        Experiment experiment = YamlBinder.Bind<Experiment>(YamlReader.Load(arguments.ResolvedFile));
        Device device = Devices.Parse(experiment.Device);
        RunPlan plan = new(experiment, arguments.Variant, arguments.Cache, device.type.ToString());
        TrainJob training = plan.Trainings.Single(t => t.Folder.Hash == job);
        try
        {
            StageContext context = new(plan, device, stop.Token) { CheckpointInterval = TimeSpan.FromSeconds(arguments.CheckpointSeconds) };
            TrainStage.Run(training, context, TrainingProcess.Reporter(Console.Out), text => TrainingProcess.Note(Console.Out, text));
            return ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is TrainingFailedException or InvalidDataException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.Incomplete;
        }
        catch (Exception e) when (MemoryShortage.IsIt(e))
        {
            Console.Error.WriteLine(MemoryShortage.Say(training.Folder, e));
            return ExitCodes.Incomplete;
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
